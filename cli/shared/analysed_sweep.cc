#include "cli/shared/analysed_sweep.h"

#include <algorithm>

#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/analysis/cell_choice.h"
#include "reports/analysis/titles.h"
#include "reports/text/escaping.h"
#include "results/read/last_planning.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

SweepResults load(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  const Database database = store.open();
  return load_sweep_results(database, sweep_argument(database, given));
}

void choose_metric(SweepResults& results, const std::string& name) {
  if (name.empty()) return;
  std::vector<std::string> known;
  for (const auto& metric : results.metrics) known.push_back(metric.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail("{}", unknown_name("metric", name, known));
  }
  results.primary = metric_info(results, name);
}

}  // namespace

void declare_analysis(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("metric", po::value<std::string>()->value_name("NAME"),
                              "metric to analyse (default: the primary metric of the sweep)")(
      "confidence", po::value<double>()->default_value(0.95, "0.95")->value_name("P"),
      "confidence level of the intervals")(
      "alpha", po::value<double>()->default_value(0.05, "0.05")->value_name("P"),
      "family-wise error rate of the verdicts better and worse")(
      "out", po::value<std::string>()->value_name("FILE"),
      "draw the result to FILE, an SVG or PDF by its ending");
}

void declare_family(CommandOptions& options) {
  options.shown.add_options()(
      "family", po::value<std::vector<std::string>>()->value_name("CELLS"),
      "compare only these cells, and adjust p for them only (may be repeated)");
}

AnalysedSweep::AnalysedSweep(const po::variables_map& given) : results_(load(given)) {
  options_.confidence = given["confidence"].as<double>();
  options_.alpha = given["alpha"].as<double>();
  options_.family = texts_of(given, "family");
  options_.reference = text_or(given, "reference", "");
  check_options(options_);
  choose_metric(results_, text_or(given, "metric", ""));
  analysis_ = std::make_unique<SweepAnalysis>(results_, options_);
}

void AnalysedSweep::rebase(const std::string& a, const std::string& b) {
  const CellLabels labels = analysis_->labels;
  analysis_.reset();
  results_ = rebased(results_, labels, a, b);
  analysis_ = std::make_unique<SweepAnalysis>(results_, options_);
  // Labels and colours stay those of the sweep.
  analysis_->labels = labels;
}

Json cell_json(const SweepAnalysis& analysis, std::size_t cell) {
  check(cell < analysis.results.cells.size(), "the cell is one of the sweep");
  return {{"label", clean_text(analysis.labels.cells[cell].label)},
          {"levels", Json::parse(analysis.results.cells[cell].levels.canonical())}};
}

Json interval_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  check(!(interval->low > interval->high), "an interval is ordered");
  return Json::array({number_or_null(interval->low), number_or_null(interval->high)});
}

Json head_json(const SweepAnalysis& analysis, const MetricInfo& metric) {
  return {{"sweep", clean_text(analysis.results.sweep)},
          {"metric", clean_text(metric.name)},
          {"unit", clean_text(metric.unit)},
          {"goal", metric.goal == Goal::kMaximize ? "maximize" : "minimize"},
          {"confidence", analysis.options.confidence}};
}

}  // namespace polysweep
