#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/shared/code_words.h"
#include "cli/shared/json_output.h"
#include "cli/shared/output_format.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/text/number_text.h"
#include "results/read/metric_values.h"
#include "results/read/sweep_results.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

void declare_best(CommandOptions& options) {
  declare_store(options);
  declare_json_and_csv(options);
  options.shown.add_options()("metric", po::value<std::string>()->value_name("NAME"),
                              "rank by its final value (default: the sweep's primary metric)")(
      "top", po::value<std::size_t>()->default_value(10)->value_name("N"),
      "number of cells to show")("all", po::bool_switch(), "show all cells")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "confidence level of the intervals");
  options.argument("sweep");
}

// The metric that ranks, and its values by cell.
struct Ranking {
  MetricInfo metric;
  MetricValues values;
  // Complete cells, best mean first, then those with missing values: a mean over
  // only some of the replicates is not ranked.
  std::vector<std::uint32_t> order;
  std::size_t complete = 0;
};

Ranking ranking_of(const Database& database, const std::string& sweep,
                   const po::variables_map& given) {
  const SweepResults first = load_sweep_results(database, sweep, {1, 0, {0}});
  const std::string name = text_or(given, "metric", first.primary.name);
  Ranking out{metric_info(first, name), load_metric_values(database, sweep, name), {}, 0};
  std::vector<std::string> known;
  for (const MetricInfo& each : first.metrics) known.push_back(each.name);
  if (out.values.values.empty() && std::find(known.begin(), known.end(), name) == known.end()) {
    fail("sweep '{}' has no metric '{}'{}", sweep, name, suggestion(name, known));
  }
  std::vector<std::pair<double, std::uint32_t>> ranked;
  for (std::size_t i = 0; i < out.values.cells(); ++i) {
    if (!out.values.complete(i)) continue;
    const double mean = mean_of(out.values.values_of(i));
    ranked.emplace_back(out.metric.goal == Goal::kMinimize ? mean : -mean,
                        static_cast<std::uint32_t>(i));
  }
  std::sort(ranked.begin(), ranked.end());
  for (const auto& [mean, cell] : ranked) out.order.push_back(cell);
  out.complete = out.order.size();
  for (std::size_t i = 0; i < out.values.cells(); ++i) {
    if (!out.values.complete(i)) out.order.push_back(static_cast<std::uint32_t>(i));
  }
  check(out.order.size() == out.values.cells(), "each cell has one place in the ranking");
  return out;
}

struct Ranked {
  std::size_t cell = 0;  // index into SweepResults::cells
  std::size_t rank = 0;  // from 1; 0: not ranked, values are missing
  CellValues values;
  std::optional<Summary> summary;
  std::optional<Interval> interval;
};

// `results`: of the first cells of the ranking, in its order.
std::vector<Ranked> ranked_cells(const SweepResults& results, const Ranking& ranking,
                                 double confidence) {
  const CellValueTable table(results);
  const std::vector<CellValues>& values = table.of(ranking.metric.name);
  std::vector<Ranked> out;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    Ranked each{i, i < ranking.complete ? i + 1 : 0, values[i], {}, {}};
    const std::vector<double> numbers = each.values.numbers();
    if (!numbers.empty()) {
      each.summary = summarize(numbers);
      each.interval = t_interval(numbers, confidence);
    }
    out.push_back(std::move(each));
  }
  return out;
}

double uncertainty_of(const Ranked& row) {
  if (row.interval) return (row.interval->high - row.interval->low) / 2;
  return 0;
}

std::string not_shown_text(std::size_t not_shown, std::size_t cells) {
  return fmt::format("{} of {} cells not shown; --all shows them", not_shown, cells);
}

Table table_of(const SweepResults& results, const MetricInfo& metric,
               const std::vector<Ranked>& rows, std::size_t not_shown, double confidence) {
  const CellLabels labels = cell_labels(results);
  Table table;
  table.caption =
      fmt::format("Cells of {} by {} ({} is better)", results.sweep, metric_title(metric),
                  metric.goal == Goal::kMinimize ? "lower" : "higher");
  table.columns = {{"rank", Align::kRight, ""},
                   {"cell"},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, metric.unit},
                   {fmt::format("{:.4g}% t interval", 100 * confidence), Align::kLeft, metric.unit},
                   {"lowest", Align::kRight, metric.unit},
                   {"highest", Align::kRight, metric.unit},
                   {"missing values"}};
  for (const Ranked& each : rows) {
    const auto number = [&](double Summary::*member) {
      if (!each.summary) return TableCell("-", Tone::kMuted);
      const double value = (*each.summary).*member;
      return TableCell(rounded_text(value, uncertainty_of(each)), value);
    };
    std::string label = labels.cells[each.cell].label;
    if (results.cells[each.cell].is_baseline) label += " (baseline)";
    const bool complete = each.values.missing.empty();
    table.rows.push_back({each.rank == 0 ? TableCell("-", Tone::kMuted) : total_field(each.rank),
                          label, count_field(each.values.values.size(), each.values.planned()),
                          number(&Summary::mean), interval_field(each.interval),
                          number(&Summary::minimum), number(&Summary::maximum),
                          TableCell(missing_text(results, each.values.missing),
                                    complete ? Tone::kPlain : Tone::kMissing)});
  }
  table.notes = {
      "The best of many cells tends to look better than it is: `polysweep report` compares the "
      "cells with the baseline. Cells with missing values are not ranked."};
  if (not_shown > 0) table.notes.push_back(not_shown_text(not_shown, not_shown + rows.size()));
  return table;
}

nlohmann::ordered_json as_json(const SweepResults& results, const std::vector<Ranked>& rows) {
  nlohmann::ordered_json out = nlohmann::json::array();
  for (const Ranked& each : rows) {
    nlohmann::ordered_json row = {
        {"rank",
         each.rank == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(each.rank)},
        {"cell", results.cells[each.cell].number},
        {"levels", nlohmann::json::parse(results.cells[each.cell].levels.canonical())},
        {"is_baseline", results.cells[each.cell].is_baseline},
        {"n", each.values.values.size()},
        {"planned", each.values.planned()}};
    if (each.summary) {
      row["mean"] = each.summary->mean;
      row["lowest"] = each.summary->minimum;
      row["highest"] = each.summary->maximum;
    }
    if (each.interval) row["interval"] = {each.interval->low, each.interval->high};
    out.push_back(std::move(row));
  }
  return out;
}

int run_best(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const double confidence = given["confidence"].as<double>();
  if (!(confidence > 0 && confidence < 1)) {
    fail("--confidence {}: expected a number between 0 and 1, for example 0.95", confidence);
  }
  const std::string sweep = sweep_argument(database, given);
  const Ranking ranking = ranking_of(database, sweep, given);
  const std::size_t cells = ranking.order.size();
  if (cells == 0) fail("sweep '{}' has no trials", sweep);
  const std::size_t shown =
      given["all"].as<bool>() ? cells : std::min(given["top"].as<std::size_t>(), cells);
  const std::size_t not_shown = cells - shown;
  SweepResultsOptions chosen{1, 0, {}};
  chosen.cells.assign(ranking.order.begin(),
                      ranking.order.begin() +
                          static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(shown, 1, cells)));
  const SweepResults results = load_sweep_results(database, sweep, chosen);
  std::vector<Ranked> rows = ranked_cells(results, ranking, confidence);
  rows.resize(shown);
  const OutputFormat format = output_format(given);
  if (format != OutputFormat::kTable && not_shown > 0) {
    fmt::print(stderr, "polysweep: {}\n", not_shown_text(not_shown, cells));
  }
  if (format == OutputFormat::kJson) {
    print_json(as_json(results, rows));
  } else if (format == OutputFormat::kCsv) {
    std::cout << table_csv(table_of(results, ranking.metric, rows, not_shown, confidence));
  } else {
    print_table(table_of(results, ranking.metric, rows, not_shown, confidence));
  }
  print_other_versions(database, sweep);
  return ranking.complete == cells ? kExitComplete : kExitMissing;
}

}  // namespace

const Command kBestCommand = {
    "best",
    "Ranks the cells of a sweep by a metric; exit status 1 while values are missing",
    "[SWEEP] [--metric NAME] [--top N | --all] [--json | --csv]",
    "  polysweep best my_sweep --top 5",
    declare_best,
    run_best,
};

}  // namespace polysweep
