#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

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
#include "reports/analysis/learning_curve.h"
#include "reports/analysis/titles.h"
#include "reports/text/number_text.h"
#include "results/export/csv.h"
#include "results/read/curves_on_demand.h"
#include "results/read/ledger.h"
#include "results/read/sweep_results_reader.h"
#include "results/read/trial_filter.h"
#include "results/read/trial_lookup.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostCells = 8;

void declare_curve(CommandOptions& options) {
  declare_store(options);
  declare_json_and_csv(options);
  options.shown.add_options()("trial", po::value<std::vector<std::string>>()->value_name("TRIAL"),
                              "points of this trial instead of cells (may be repeated)")(
      "where", po::value<std::string>()->value_name("CONDITION"),
      "only cells with a trial that matches, as for list")(
      "points", po::value<std::size_t>()->default_value(20)->value_name("N"),
      "at most this many points per line, evenly spaced; 0: all")(
      "all", po::bool_switch(), "show all cells, not only the baselines and the best");
  options.argument("sweep");
  options.argument("metric");
}

struct LinePoint {
  std::int64_t step = 0;
  double mean = 0;
  double low = 0;
  double high = 0;
};

// The arguments [SWEEP] METRIC: one argument is the metric.
struct Subject {
  std::string sweep;  // "": the only one of the store
  std::string metric;
};

Subject subject_of(const po::variables_map& given) {
  const std::string first = required_argument(given, "sweep", "a sweep and a metric, or a metric");
  const std::vector<std::string> second = texts_of(given, "metric");
  return second.empty() ? Subject{"", first} : Subject{first, second[0]};
}

// A line of the output: the band of a cell, or the points of a trial.
struct Line {
  std::string name;
  std::size_t runs = 0;
  std::vector<LinePoint> points;
};

// The cells of --where; without it all, but of many the baselines and the best.
std::vector<std::uint32_t> chosen_cells(const Database& database, const SweepResults& results,
                                        const po::variables_map& given) {
  std::set<std::uint32_t> chosen;
  if (given.count("where") > 0) {
    const std::vector<TrialRow> rows = load_trial_table(database, {results.sweep, {}});
    const TrialFilter keeps =
        parse_trial_filter(text_or(given, "where", ""), trial_columns(rows), rows);
    std::map<TrialId, std::uint32_t> cell_of;
    for (const TrialResult& trial : results.trials) cell_of[trial.id] = trial.cell;
    for (const TrialRow& row : rows) {
      if (keeps(row)) chosen.insert(cell_of.at(row.id));
    }
    return {chosen.begin(), chosen.end()};
  }
  const std::size_t count = results.cells.size();
  for (std::uint32_t cell = 0; cell < count; ++cell) {
    const bool all = count <= kMostCells || given["all"].as<bool>();
    if (all || results.cells[cell].is_baseline) chosen.insert(cell);
  }
  for (const std::size_t cell :
       best_cells(CellValueTable(results).of(results.primary.name), results.primary.goal)) {
    if (chosen.size() >= kMostCells) break;
    chosen.insert(static_cast<std::uint32_t>(cell));
  }
  if (chosen.size() < count) {
    fmt::print(stderr,
               "polysweep: {} of {} cells not shown (shown: baselines and best); --all shows all\n",
               count - chosen.size(), count);
  }
  return {chosen.begin(), chosen.end()};
}

std::vector<Line> cell_lines(const Database& database, const Subject& subject,
                             const po::variables_map& given) {
  const std::string& metric = subject.metric;
  SweepResults results =
      load_sweep_results(database, chosen_sweep(database, subject.sweep), {1, 0});
  const auto series = results.series.find(metric);
  if (series == results.series.end()) {
    std::vector<std::string> known;
    for (const auto& [name, all] : results.series) known.push_back(name);
    fail("no trial of sweep '{}' has a metric '{}'{}", results.sweep, metric,
         suggestion(metric, known));
  }
  const std::vector<std::uint32_t> cells = chosen_cells(database, results, given);
  std::vector<std::size_t> trials;
  for (const SeriesResult& each : series->second) {
    const std::uint32_t cell = results.trials[each.trial].cell;
    if (std::binary_search(cells.begin(), cells.end(), cell)) trials.push_back(each.trial);
  }
  auto curves = results.curves_on_demand->curves(trials, metric, 0);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    results.curves[metric].push_back({trials[i], std::move(curves[i])});
  }
  results.curves_on_demand.reset();  // its curves are in `results` now
  const CellLabels labels = cell_labels(results);
  const std::size_t points = given["points"].as<std::size_t>();
  std::vector<Line> out;
  for (const LearningCurve& curve :
       learning_curves(results, metric, points == 0 ? SIZE_MAX : points)) {
    std::string name = labels.cells[curve.cell].label;
    if (results.cells[curve.cell].is_baseline) name += " (baseline)";
    if (curve.runs < curve.planned) name += fmt::format(" (n {} of {})", curve.runs, curve.planned);
    Line line{std::move(name), curve.runs, {}};
    for (const auto& [step, mean, low, high] : curve.points) {
      line.points.push_back({static_cast<std::int64_t>(step), mean, low, high});
    }
    out.push_back(std::move(line));
  }
  if (out.empty()) fail("none of these cells has a finished run with a curve of '{}'", metric);
  return out;
}

std::vector<Line> trial_lines(const Database& database, const std::string& metric,
                              const po::variables_map& given) {
  std::vector<Line> out;
  for (const std::string& prefix : texts_of(given, "trial")) {
    const TrialId id = find_trial(database, prefix);
    Line line{id.brief(), 1, {}};
    for (const CurvePoint& point :
         load_curve(database, id, metric, given["points"].as<std::size_t>())) {
      line.points.push_back({point.step, point.value, point.value, point.value});
    }
    if (line.points.empty()) fail("trial {} has no points of a metric '{}'", id.brief(), metric);
    out.push_back(std::move(line));
  }
  return out;
}

TableCell value_cell(const Line& line, std::int64_t step) {
  check(line.runs > 0, "a line is of one run or more");
  const auto found = std::find_if(line.points.begin(), line.points.end(),
                                  [&](const LinePoint& point) { return point.step == step; });
  if (found == line.points.end()) return {"-", Tone::kMuted};
  if (line.runs == 1) return {fmt::format("{:.6g}", found->mean), found->mean};
  const double half = (found->high - found->low) / 2;
  return {fmt::format("{} ({})", rounded_text(found->mean, half),
                      interval_text({found->low, found->high})),
          found->mean};
}

Table table_of(const std::string& metric, const std::vector<Line>& lines) {
  Table table;
  table.caption = metric + " by step";
  table.columns = {{"step", Align::kRight, ""}};
  std::set<std::int64_t> steps;
  for (const Line& line : lines) {
    table.columns.push_back({line.name, Align::kRight, ""});
    for (const LinePoint& point : line.points) steps.insert(point.step);
  }
  for (const std::int64_t step : steps) {
    TableRow& row = table.rows.emplace_back();
    row.emplace_back(std::to_string(step), static_cast<double>(step));
    for (const Line& line : lines) row.push_back(value_cell(line, step));
  }
  table.notes = {
      "Of several runs: the mean (lowest to highest), at the steps that all finished runs have."};
  return table;
}

void print_as_json(const std::string& metric, const std::vector<Line>& lines) {
  nlohmann::ordered_json out = {{"metric", metric}, {"lines", nlohmann::json::array()}};
  for (const Line& line : lines) {
    nlohmann::ordered_json points = nlohmann::json::array();
    for (const LinePoint& point : line.points) {
      points.push_back({{"step", point.step},
                        {"mean", number_or_text(point.mean)},
                        {"low", number_or_text(point.low)},
                        {"high", number_or_text(point.high)}});
    }
    out["lines"].push_back({{"name", line.name}, {"runs", line.runs}, {"points", points}});
  }
  print_json(out);
}

void print_csv(const std::vector<Line>& lines) {
  std::cout << csv_header(std::vector<std::string>{"line", "runs", "step", "mean", "low", "high"});
  for (const Line& line : lines) {
    for (const LinePoint& point : line.points) {
      std::cout << csv_line(std::vector<QueryValue>{line.name, static_cast<std::int64_t>(line.runs),
                                                    point.step, point.mean, point.low, point.high});
    }
  }
}

int run_curve(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  const Subject subject = subject_of(given);
  const std::string& metric = subject.metric;
  const std::vector<Line> lines = given.count("trial") > 0 ? trial_lines(database, metric, given)
                                                           : cell_lines(database, subject, given);
  const OutputFormat format = output_format(given);
  if (format == OutputFormat::kJson) {
    print_as_json(metric, lines);
  } else if (format == OutputFormat::kCsv) {
    print_csv(lines);
  } else {
    print_table(table_of(metric, lines));
  }
  return kExitComplete;
}

}  // namespace

const Command kCurveCommand = {
    "curve",
    "Prints a metric by step: mean, lowest and highest over the runs of each cell",
    "[SWEEP] METRIC [--where CONDITION] [--trial TRIAL ...] [--points N] [--all] [--json | --csv]",
    "  polysweep curve my_sweep loss --where lr=0.1\n"
    "  polysweep curve loss --trial 3f9a --csv",
    declare_curve,
    run_curve,
};

}  // namespace polysweep
