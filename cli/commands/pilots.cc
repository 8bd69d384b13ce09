// polysweep pilots: the pilots of a sweep, as the store and Slurm know them.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/commands/command_table.h"
#include "cli/shared/absolute_path.h"
#include "cli/shared/json_output.h"
#include "cli/shared/terminal.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"
#include "runners/cluster/pilot_supply.h"
#include "runners/host/progress.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTail = 4096;  // bytes of a log

void declare_pilots(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.argument("sweep");
}

std::string sweep_of(const po::variables_map& given, const fs::path& store) {
  const std::vector<std::string> named = texts_of(given, "sweep");
  if (!named.empty()) return named[0];
  const std::vector<std::string> all = system_files().list(store / "pilots");
  if (all.size() == 1) return all[0];
  if (all.empty()) fail("no pilots were started in the store {}", store.string());
  fail("SWEEP is missing: expected one of {}", fmt::join(all, ", "));
}

// The last line of a file.
std::string last_words(const fs::path& file) {
  std::error_code none;
  const std::uintmax_t size = fs::file_size(file, none);
  if (none || size == 0) return "";
  const std::uintmax_t from = size > kTail ? size - kTail : 0;
  std::string text = system_files().read_range(file, from, kTail);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  const std::size_t line = text.find_last_of("\r\n");
  return line == std::string::npos ? text : text.substr(line + 1);
}

struct Shown {
  std::string job;
  std::string state;
  std::string reason;
  std::string node;
  std::int64_t started_us = 0;
  std::string time_left;
  std::uint64_t settled = 0;
  std::string words;
};

std::string state_of(const PilotState& pilot, bool answered) {
  if (pilot.queued) {
    std::string state = pilot.queued->state;
    for (char& c : state) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return state;
  }
  if (pilot.job.id.empty() && pilot.job.answered) return "refused";
  if (!answered || pilot.may_live) return "unknown";
  return "ended";
}

Shown shown_of(const PilotFolder& folder, const PilotState& pilot, bool answered) {
  Shown out;
  out.job = pilot.job.id;
  out.state = state_of(pilot, answered);
  if (pilot.queued && pilot.queued->state == "PENDING") out.reason = pilot.queued->reason;
  if (pilot.queued) {
    out.node = pilot.queued->node;
    out.time_left = pilot.queued->time_left;
  }
  for (const PilotRun& run : pilot.runs) out.settled += folder.settled_by(run);
  out.started_us = pilot.job.submitted_us;
  if (!pilot.runs.empty()) {
    const PilotRun& run = pilot.runs.back();
    if (out.node.empty()) out.node = run.node;
    out.started_us = run.started_us;
    out.words = run.end;
  }
  if (out.words.empty()) out.words = last_words(folder.log_path(pilot.job.name));
  if (out.words.empty()) out.words = pilot.job.refusal;
  return out;
}

// Pilots that another scheduler, or a person, has started.
void add_others(const PilotFolder& folder, std::vector<Shown>& out) {
  for (const PilotRun& run : folder.runs()) {
    if (!run.job.empty()) continue;
    Shown each;
    each.job = run.job_id;
    each.state = run.ended_us > 0 ? "ended" : "started";
    each.node = run.node;
    each.started_us = run.started_us;
    each.settled = folder.settled_by(run);
    each.words = run.end;
    out.push_back(std::move(each));
  }
}

void print(const std::vector<Shown>& pilots) {
  Table table;
  table.columns = {{"job"},       {"state"},
                   {"node"},      {"age", Align::kRight, ""},
                   {"left"},      {"trials", Align::kRight, ""},
                   {"last words"}};
  const std::int64_t now_us = system_clock().wall_us();
  for (const Shown& each : pilots) {
    const double age_s =
        1e-6 * static_cast<double>(std::max<std::int64_t>(0, now_us - each.started_us));
    const std::string state = each.reason.empty() || each.reason == "None"
                                  ? each.state
                                  : fmt::format("{} ({})", each.state, each.reason);
    table.rows.push_back({each.job, state, each.node, duration_text(age_s), each.time_left,
                          fmt::format("{}", each.settled), terminal_escaped(each.words)});
  }
  if (!pilots.empty()) print_table(table);
}

void print_as_json(const std::string& sweep, const std::vector<Shown>& pilots) {
  Json items = Json::array();
  for (const Shown& each : pilots) {
    items.push_back({{"job", each.job},
                     {"state", each.state},
                     {"reason", each.reason},
                     {"node", each.node},
                     {"started_us", each.started_us},
                     {"time_left", each.time_left},
                     {"trials", each.settled},
                     {"last_words", each.words}});
  }
  const Json out = {{"sweep", sweep}, {"pilots", std::move(items)}};
  print_json(out);
}

int run_pilots(const po::variables_map& given) {
  const fs::path store = absolute_path("store", given["store"].as<std::string>());
  const std::string sweep = sweep_of(given, store);
  const PilotFolder folder(system_files(), store, sweep);
  const auto queue =
      has_slurm_program("squeue") ? slurm_queue() : std::optional<std::vector<SlurmJob>>();
  std::vector<Shown> pilots;
  for (const PilotState& pilot : pilot_states(folder, queue, system_clock().wall_us())) {
    pilots.push_back(shown_of(folder, pilot, queue.has_value()));
  }
  add_others(folder, pilots);
  if (given["json"].as<bool>()) {
    print_as_json(sweep, pilots);
    return kExitComplete;
  }
  print(pilots);
  fmt::print("sweep {}: {}\n", sweep, count_text(pilots.size(), "pilot"));
  if (!queue) fmt::print("Slurm did not answer: states are those of the store\n");
  return kExitComplete;
}

}  // namespace

const Command kPilotsCommand = {
    "pilots",
    "Shows the pilots of a sweep: their jobs, states, nodes, trials and last words",
    "[SWEEP] [--json]",
    "  polysweep pilots my_sweep --store /shared/runs",
    declare_pilots,
    run_pilots,
};

}  // namespace polysweep
