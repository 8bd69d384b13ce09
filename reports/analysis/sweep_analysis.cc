#include "reports/analysis/sweep_analysis.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/analysis/cell_choice.h"
#include "reports/analysis/cell_ranking.h"
#include "reports/analysis/compare_cells.h"
#include "reports/analysis/titles.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

std::vector<std::size_t> family_of(const SweepResults& results, const AnalysisOptions& options,
                                   const CellLabels& labels) {
  std::vector<std::size_t> family;
  if (options.family.empty() && !results.comparison.family.empty()) {
    for (std::size_t i = 0; i < results.cells.size(); ++i) {
      if (results.comparison.in_family(results.cells[i].levels)) family.push_back(i);
    }
  }
  for (const auto& text : options.family) {
    const auto cells = find_cells(results, labels, text);
    family.insert(family.end(), cells.begin(), cells.end());
  }
  const bool any = std::any_of(family.begin(), family.end(),
                               [&](std::size_t cell) { return results.cells[cell].baseline >= 0; });
  const bool narrowed = !options.family.empty() || !results.comparison.family.empty();
  if (narrowed && !any) {
    fail("no cell of the family has a baseline to be compared with");
  }
  return family;
}

}  // namespace

void check_options(const AnalysisOptions& options) {
  const auto share = [](const char* name, double value) {
    if (!(value > 0 && value < 1)) {
      fail("{} {:g}: expected a number between 0 and 1, such as 0.95 or 0.05", name, value);
    }
    if (value < kSmallestLevel || 1 - value < kSmallestLevel) {
      fail("{} {}: expected a distance of at least {:g} from 0 and 1", name, value, kSmallestLevel);
    }
  };
  if (options.confidence) share("confidence", *options.confidence);
  share("power", options.power);
  if (options.alpha) check_alpha(*options.alpha);
  if (options.smallest_difference) check_smallest_difference(*options.smallest_difference);
}

ComparisonRule rule_of(const SweepResults& results, const AnalysisOptions& options) {
  ComparisonRule rule = results.comparison;
  if (options.test) rule.test = *options.test;
  if (options.alpha) rule.alpha = *options.alpha;
  if (options.smallest_difference) rule.smallest_difference = options.smallest_difference;
  return rule;
}

ComparisonOptions comparison_options(const ComparisonRule& rule, const AnalysisOptions& options) {
  ComparisonOptions out;
  out.confidence = options.confidence.value_or(std::min(0.95, 1 - rule.alpha));
  out.power = options.power;
  out.test = rule.test;
  out.alpha = rule.alpha;
  out.smallest_difference = rule.smallest_difference;
  return out;
}

SweepAnalysis::SweepAnalysis(const SweepResults& sweep, const AnalysisOptions& chosen,
                             FamilyTests tested)
    : SweepAnalysis(sweep, chosen) {
  tested_ = std::move(tested);
}

SweepAnalysis::SweepAnalysis(const SweepResults& sweep, const AnalysisOptions& chosen)
    : results(sweep),
      options((check_options(chosen), chosen)),
      labels(cell_labels(sweep)),
      noun(replicate_noun(sweep)),
      rule(rule_of(sweep, chosen)),
      confidence(comparison_options(rule, chosen).confidence),
      percent(fmt::format("{:g}%", confidence * 100)),
      unit(shortened(sweep.primary.unit, 30)),
      values(sweep),
      family_(family_of(sweep, chosen, labels)),
      bootstrap_(chosen.bootstrap_seed, chosen.bootstrap_samples) {}

Comparison SweepAnalysis::compared_on(const MetricInfo& metric) const {
  ComparisonOptions chosen = comparison_options(rule, options);
  if (metric.name != results.primary.name) chosen.smallest_difference.reset();
  chosen.cells = family_;
  return compare(results, values.of(metric.name), metric, chosen, bootstrap_);
}

const Comparison& SweepAnalysis::comparison() const {
  if (!comparison_) {
    comparison_ =
        tested_ ? compare_tested(results, primary_values(), results.primary, *tested_, bootstrap_)
                : compared_on(results.primary);
  }
  return *comparison_;
}

const std::vector<std::size_t>& SweepAnalysis::ranking() const {
  if (!ranking_) ranking_ = best_cells(primary_values(), results.primary.goal);
  return *ranking_;
}

const Search& SweepAnalysis::search() const {
  if (!search_) search_ = search_of(results, primary_values());
  return *search_;
}

const std::vector<AuditItem>& SweepAnalysis::audit_items() const {
  if (!audit_items_) audit_items_ = audit(results, labels);
  return *audit_items_;
}

std::optional<Ablation> SweepAnalysis::ablation() const {
  Ablation ablation;
  ablation.chosen = !options.reference.empty();
  if (ablation.chosen) {
    ablation.reference = find_cells(results, labels, options.reference).front();
  } else if (ranking().empty()) {
    return std::nullopt;
  } else {
    ablation.reference = ranking().front();
  }
  ablation.rows =
      one_factor_changes(results, labels, primary_values(), ablation.reference, confidence);
  return ablation;
}

std::optional<Interval> SweepAnalysis::bootstrap_interval(
    const std::vector<double>& numbers) const {
  return bootstrap_.mean_interval(numbers, confidence);
}

std::size_t SweepAnalysis::count(TrialState state) const {
  return static_cast<std::size_t>(
      std::count_if(results.trials.begin(), results.trials.end(),
                    [&](const TrialResult& trial) { return trial.state == state; }));
}

}  // namespace polysweep
