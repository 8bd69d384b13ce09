#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

#include "cli/commands/command_table.h"
#include "cli/shared/json_output.h"
#include "cli/shared/output_format.h"
#include "cli/shared/store.h"
#include "cli/shared/terminal.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_ranking.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/titles.h"
#include "reports/text/number_text.h"
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

MetricInfo chosen_metric(const SweepResults& results, const po::variables_map& given) {
  const std::string name = text_or(given, "metric", results.primary.name);
  std::vector<std::string> known;
  for (const MetricInfo& each : results.metrics) known.push_back(each.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail("sweep '{}' has no metric '{}'{}", results.sweep, name, suggestion(name, known));
  }
  return metric_info(results, name);
}

struct Ranked {
  std::size_t cell = 0;
  std::size_t rank = 0;  // from 1; 0: not ranked, values are missing
  CellValues values;
  std::optional<Summary> summary;
  std::optional<Interval> interval;
};

// Complete cells, best mean first, then those with missing values: a mean over
// only some of the replicates is not ranked. At most `top` of them.
std::vector<Ranked> ranking_of(const std::vector<CellValues>& values, const MetricInfo& metric,
                               double confidence, std::size_t top) {
  std::vector<std::size_t> order = best_cells(values, metric.goal);
  const std::size_t complete = order.size();
  for (std::size_t cell = 0; cell < values.size(); ++cell) {
    if (!values[cell].complete()) order.push_back(cell);
  }
  check(order.size() == values.size(), "each cell has one place in the ranking");
  if (order.size() > top) order.resize(top);
  std::vector<Ranked> out;
  for (std::size_t i = 0; i < order.size(); ++i) {
    Ranked each{order[i], i < complete ? i + 1 : 0, values[order[i]], {}, {}};
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
    table.rows.push_back(
        {each.rank == 0 ? TableCell("-", Tone::kMuted) : TableCell(std::to_string(each.rank)),
         label,
         complete
             ? TableCell(std::to_string(each.values.planned()))
             : TableCell(fmt::format("{} of {}", each.values.values.size(), each.values.planned()),
                         Tone::kMissing),
         number(&Summary::mean),
         each.interval ? TableCell(interval_text(*each.interval)) : TableCell("-", Tone::kMuted),
         number(&Summary::minimum), number(&Summary::maximum),
         TableCell(missing_text(results, each.values.missing),
                   complete ? Tone::kPlain : Tone::kMissing)});
  }
  table.notes = {
      "The best of many cells tends to look better than it is: `polysweep report` compares the "
      "cells with the baseline. Cells with missing values are not ranked."};
  if (not_shown > 0) table.notes.push_back(not_shown_text(not_shown, results.cells.size()));
  return table;
}

nlohmann::ordered_json as_json(const SweepResults& results, const std::vector<Ranked>& rows) {
  nlohmann::ordered_json out = nlohmann::json::array();
  for (const Ranked& each : rows) {
    nlohmann::ordered_json row = {
        {"rank",
         each.rank == 0 ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(each.rank)},
        {"cell", each.cell},
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
  const SweepResults results =
      load_sweep_results(database, sweep_argument(database, given), {1, 0});
  const MetricInfo metric = chosen_metric(results, given);
  const double confidence = given["confidence"].as<double>();
  if (!(confidence > 0 && confidence < 1)) {
    fail("--confidence {}: expected a number between 0 and 1, for example 0.95", confidence);
  }
  const CellValueTable table(results);
  const std::vector<CellValues>& values = table.of(metric.name);
  const bool complete = std::all_of(values.begin(), values.end(),
                                    [](const CellValues& each) { return each.missing.empty(); });
  const std::size_t top = given["all"].as<bool>() ? values.size() : given["top"].as<std::size_t>();
  const std::vector<Ranked> rows = ranking_of(values, metric, confidence, top);
  const std::size_t not_shown = values.size() - rows.size();
  const OutputFormat format = output_format(given);
  if (format != OutputFormat::kTable && not_shown > 0) {
    fmt::print(stderr, "polysweep: {}\n", not_shown_text(not_shown, results.cells.size()));
  }
  if (format == OutputFormat::kJson) {
    print_json(as_json(results, rows));
  } else if (format == OutputFormat::kCsv) {
    std::cout << table_csv(table_of(results, metric, rows, not_shown, confidence));
  } else {
    print_table(table_of(results, metric, rows, not_shown, confidence));
  }
  return complete ? kExitComplete : kExitMissing;
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
