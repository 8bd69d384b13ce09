#include "cli/shared/analysed_sweep.h"

#include <algorithm>
#include <set>

#include "cli/shared/code_words.h"
#include "cli/shared/store.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/analysis/cell_choice.h"
#include "reports/analysis/family_part.h"
#include "reports/analysis/titles.h"
#include "reports/text/escaping.h"
#include "results/read/cell_search.h"
#include "results/read/last_planning.h"
#include "results/read/metric_values.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {
namespace {

// The numbers of the cells that one of `texts` describes; empty where that cannot be told
// without all cells.
std::vector<std::uint32_t> described_cells(const Database& database, const std::string& sweep,
                                           const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  const SweepResults plan = load_description(database, sweep);
  std::set<std::uint32_t> found;
  for (const std::string& text : texts) {
    std::optional<Parameters> levels;
    try {
      levels = levels_named(plan, text);
    } catch (const Error&) {  // a label, or wrong: all cells are needed to tell
      return {};
    }
    if (!levels) return {};
    const auto cells = find_cell_numbers(database, sweep, *levels);
    if (cells.empty()) return {};
    found.insert(cells.begin(), cells.end());
  }
  return {found.begin(), found.end()};
}

Database opened(const po::variables_map& given) {
  const Store store(given);
  store.catch_up();
  return store.open();
}

void choose_metric(SweepResults& results, const std::string& name) {
  if (name.empty()) return;
  std::vector<std::string> known;
  for (const auto& metric : results.metrics) known.push_back(metric.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    fail("{}", unknown_name("metric", name, known));
  }
  if (results.primary.name != name) results.comparison.smallest_difference.reset();
  results.primary = metric_info(results, name);
}

}  // namespace

void declare_analysis(CommandOptions& options) {
  declare_store(options);
  declare_json(options);
  options.shown.add_options()("metric", po::value<std::string>()->value_name("NAME"),
                              "metric to analyse (default: the primary metric of the sweep)")(
      "confidence", po::value<double>()->value_name("P"),
      "confidence level of the intervals (default: 0.95)")(
      "out", po::value<std::string>()->value_name("FILE"),
      "draw the result to FILE, an SVG or PDF by its ending");
}

void declare_rule(CommandOptions& options) {
  options.shown.add_options()(
      "test", po::value<std::string>()->value_name("NAME"),
      "test that decides: pooled, paired-t or sign-flip (default: as the sweep declares)")(
      "alpha", po::value<double>()->value_name("P"),
      "family-wise error rate of the verdicts (default: as the sweep declares, else 0.05)")(
      "smallest-difference", po::value<double>()->value_name("D"),
      "difference in the unit of the metric; cells that differ by less are equivalent")(
      "family", po::value<std::vector<std::string>>()->value_name("CELLS"),
      "compare only these cells, and adjust p for them only (may be repeated)");
}

void read_rule(const po::variables_map& given, AnalysisOptions& options) {
  if (given.count("test") > 0) {
    options.test = comparison_test_from_name(given["test"].as<std::string>());
  }
  if (given.count("alpha") > 0) options.alpha = given["alpha"].as<double>();
  if (given.count("smallest-difference") > 0) {
    options.smallest_difference = given["smallest-difference"].as<double>();
  }
  options.family = texts_of(given, "family");
}

AnalysedSweep::AnalysedSweep(Database database, const po::variables_map& given)
    : database_(std::move(database)), sweep_(sweep_argument(database_, given)) {
  if (given.count("confidence") > 0) options_.confidence = given["confidence"].as<double>();
  read_rule(given, options_);
  options_.reference = text_or(given, "reference", "");
  check_options(options_);
}

AnalysedSweep::AnalysedSweep(const po::variables_map& given, const std::vector<std::string>& cells)
    : AnalysedSweep(opened(given), given) {
  analyse_all(given, cells);
}

AnalysedSweep::AnalysedSweep(const po::variables_map& given, std::size_t most)
    : AnalysedSweep(opened(given), given) {
  if (!analyse_part(given, most)) analyse_all(given, {});
}

void AnalysedSweep::analyse_all(const po::variables_map& given,
                                const std::vector<std::string>& cells) {
  SweepResultsOptions options;
  compares_code_ = names_code(database_, sweep_, cells);
  if (compares_code_) {
    results_ = load_named_code(database_, sweep_, cells, options);
  } else {
    options.cells = described_cells(database_, sweep_, cells);
    results_ = load_sweep_results(database_, sweep_, options);
  }
  choose_metric(results_, text_or(given, "metric", ""));
  analysis_ = std::make_unique<SweepAnalysis>(results_, options_);
}

bool AnalysedSweep::analyse_part(const po::variables_map& given, std::size_t most) {
  SweepResults plan = load_description(database_, sweep_);
  const std::string metric = text_or(given, "metric", plan.primary.name);
  const bool known = std::any_of(plan.metrics.begin(), plan.metrics.end(),
                                 [&](const MetricInfo& each) { return each.name == metric; });
  if (!known || !options_.family.empty() || !plan.comparison.family.empty()) return false;
  choose_metric(plan, metric);
  const MetricValues values = load_metric_values(database_, sweep_, metric);
  if (values.cells() <= most) return false;
  ComparisonOptions chosen = comparison_options(rule_of(plan, options_), options_);
  chosen.goal = plan.primary.goal;
  FamilyTests tests = test_family(values, chosen);
  if (tests.rows.empty()) return false;
  keep_rows(tests, most);
  SweepResultsOptions options;
  options.cells = cells_needed(tests);
  results_ = load_sweep_results(database_, sweep_, options);
  choose_metric(results_, metric);
  place_cells(tests, results_.cells);
  analysis_ = std::make_unique<SweepAnalysis>(results_, options_, std::move(tests));
  return true;
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
          {"confidence", analysis.confidence}};
}

}  // namespace polysweep
