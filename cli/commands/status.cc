#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

#include "cli/commands/command_table.h"
#include "cli/shared/cell_names.h"
#include "cli/shared/code_rerun.h"
#include "cli/shared/code_words.h"
#include "cli/shared/json_output.h"
#include "cli/shared/report_problems.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "cli/shared/trial_counts.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "results/read/host_stops.h"
#include "results/read/ledger.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

void declare_status(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("all", po::bool_switch(), "show all cells of a large sweep");
  options.argument("sweep");
}

std::string count(std::uint64_t number) { return number == 0 ? "-" : fmt::format("{}", number); }

void add_counts(TableRow& row, const StateCounts& counts) {
  row.emplace_back(fmt::format("{}", counts.planned));
  row.emplace_back(count(counts.done));
  row.emplace_back(count(counts.running));
  row.emplace_back(count(counts.diverged), counts.diverged > 0 ? Tone::kBad : Tone::kPlain);
  row.emplace_back(count(counts.failed), counts.failed > 0 ? Tone::kBad : Tone::kPlain);
  row.emplace_back(count(counts.pending), counts.pending > 0 ? Tone::kMissing : Tone::kPlain);
}

void add_count_columns(Table& table) {
  for (const char* title : {"planned", "done", "running", "diverged", "failed", "pending"}) {
    table.columns.push_back({title, Align::kRight, ""});
  }
}

void print_sweeps(const std::vector<SweepSummary>& sweeps, bool json) {
  if (json) {
    nlohmann::ordered_json out = nlohmann::json::array();
    for (const SweepSummary& sweep : sweeps) {
      out.push_back({{"sweep", sweep.name},
                     {"experiment", sweep.experiment},
                     {"revision", sweep.revision},
                     {"counts", counts_json(sweep.counts)}});
    }
    print_json(out);
    return;
  }
  Table table;
  table.columns = {{"sweep"}, {"experiment"}, {"planned at (UTC)"}};
  add_count_columns(table);
  for (const SweepSummary& sweep : sweeps) {
    TableRow row = {sweep.name, sweep.experiment, date_text(sweep.planned_us)};
    add_counts(row, sweep.counts);
    table.rows.push_back(std::move(row));
  }
  print_table(table);
}

constexpr std::size_t kCellsShown = 100;

// The cells to show: those with trials that are not done first, in plan order, and at
// most kCellsShown unless all are wanted.
std::vector<std::uint32_t> shown_cells(const std::vector<StateCounts>& cells, bool all) {
  std::vector<std::uint32_t> out(cells.size());
  std::iota(out.begin(), out.end(), 0U);
  if (all || out.size() <= kCellsShown) return out;
  std::stable_partition(out.begin(), out.end(),
                        [&](std::uint32_t cell) { return cells[cell].done < cells[cell].planned; });
  out.resize(kCellsShown);
  return out;
}

// `plan` has the shown cells alone.
void print_cells(const std::vector<StateCounts>& cells, const SweepResults& plan, bool json) {
  const std::vector<std::string> names = cell_names(plan);
  if (json) {
    nlohmann::ordered_json out = nlohmann::json::array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      const CellResult& cell = plan.cells[i];
      out.push_back({{"cell", cell.number},
                     {"label", clean_text(names[i])},
                     {"levels", nlohmann::json::parse(cell.levels.canonical())},
                     {"is_baseline", cell.is_baseline},
                     {"counts", counts_json(cells[cell.number])}});
    }
    print_json(out);
    return;
  }
  Table table;
  table.columns = {{"cell"}};
  add_count_columns(table);
  for (std::size_t i = 0; i < names.size(); ++i) {
    TableRow row = {names[i]};
    add_counts(row, cells[plan.cells[i].number]);
    table.rows.push_back(std::move(row));
  }
  if (names.size() < cells.size()) {
    StateCounts all;
    for (const StateCounts& each : cells) all += each;
    table.notes = {fmt::format(
        "{} of {} cells not shown; --all shows them. Cells with trials that are not done come "
        "first. All cells: {}.",
        cells.size() - names.size(), cells.size(), counts_text(all))};
  }
  print_table(table);
}

void print_stops(const Database& database, const std::string& sweep) {
  for (const HostStop& stop : host_stops(database, sweep)) {
    fmt::print(stderr, "sweep {}: the run on {} stopped at {} UTC: {}\n", terminal_escaped(sweep),
               terminal_escaped(stop.host), date_text(stop.stopped_us),
               terminal_escaped(stop.reason));
  }
}

// The counts are those of the plan: what lies in the sweep's folder now may be other code.
void print_changed_code(const Database& database, const std::string& sweep) {
  const std::string sentence = changed_since_planned(database, sweep);
  if (!sentence.empty()) fmt::print(stderr, "sweep {}: {}\n", sweep, terminal_escaped(sentence));
}

// How failed trials run again.
void print_failed(const Database& database, const std::filesystem::path& store,
                  const std::string& sweep) {
  const std::optional<ChangedCode> change = changed_code(database, store, sweep);
  if (!change) {
    fmt::print("failed trials stay failed: `polysweep retry {}`, then run again, repeats them\n",
               terminal_escaped(sweep));
    return;
  }
  fmt::print(
      "the failed trials are of code {}; the code is {} now, under which the next `polysweep run` "
      "runs all trials without a retry\n",
      change->planned, change->now);
  if (!change->has_snapshot) return;
  fmt::print(
      "`polysweep retry {}`, then `polysweep run {}{} --code {}`, repeats them as they were\n",
      terminal_escaped(sweep), terminal_escaped(shell_escaped(change->file)),
      terminal_escaped(change->words), change->planned);
}

int run_status(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const Ledger ledger(database);
  const bool json = given["json"].as<bool>();
  const std::vector<std::string> names = texts_of(given, "sweep");
  if (names.empty()) {
    const std::vector<SweepSummary> sweeps = ledger.sweeps();
    print_sweeps(sweeps, json);
    for (const SweepSummary& sweep : sweeps) {
      print_problems(sweep.name, ledger.report_problems(sweep.name));
      if (!is_complete(sweep.counts)) print_stops(database, sweep.name);
      print_changed_code(database, sweep.name);
    }
    for (const SweepSummary& sweep : sweeps) {
      if (!is_complete(sweep.counts)) return kExitMissing;
    }
    return kExitComplete;
  }
  const std::vector<StateCounts> cells = ledger.cells(names[0]);
  const std::vector<std::uint32_t> shown = shown_cells(cells, json || given["all"].as<bool>());
  print_cells(cells, load_plan(database, names[0], shown), json);
  print_problems(names[0], ledger.report_problems(names[0]));
  print_changed_code(database, names[0]);
  print_other_versions(database, names[0]);
  if (std::all_of(cells.begin(), cells.end(), is_complete)) return kExitComplete;
  const bool any_failed = std::any_of(cells.begin(), cells.end(),
                                      [](const StateCounts& each) { return each.failed > 0; });
  if (any_failed && !json) print_failed(database, store.folder(), names[0]);
  print_stops(database, names[0]);
  return kExitMissing;
}

}  // namespace

const Command kStatusCommand = {
    "status",
    "Counts the trials of each state; exit status 1 while any are pending, running or failed",
    "[SWEEP] [--all] [--json]",
    "  polysweep status\n"
    "  polysweep status my_sweep",
    declare_status,
    run_status,
};

}  // namespace polysweep
