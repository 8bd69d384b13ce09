#include "reports/analysis/titles.h"

#include <algorithm>
#include <string_view>

#include "framework/core/error.h"
#include "reports/text/escaping.h"

namespace polysweep {

std::string replicate_noun(const SweepResults& results) {
  return results.replicate.empty() ? "trial" : shortened(results.replicate, 60);
}

std::string replicate_text(const SweepResults& results, std::size_t trial) {
  check(trial < results.trials.size(), "the trial is one of the sweep's");
  const TrialResult& source = results.trials[trial];
  if (source.replicate.empty()) return "trial " + source.id.brief();
  return replicate_noun(results) + " " + shortened(source.replicate, 60);
}

std::vector<std::string> replicate_names(const SweepResults& results, std::size_t most) {
  std::vector<std::string> names;
  for (const auto& trial : results.trials) {
    if (std::find(names.begin(), names.end(), trial.replicate) != names.end()) continue;
    names.push_back(trial.replicate);
    if (names.size() > most) return {};
  }
  return names;
}

MetricInfo metric_info(const SweepResults& results, const std::string& name) {
  if (results.primary.name == name) return results.primary;
  for (const auto* list : {&results.secondary, &results.metrics}) {
    for (const auto& metric : *list) {
      if (metric.name == name) return metric;
    }
  }
  MetricInfo unknown;
  unknown.name = name;
  return unknown;
}

std::vector<std::string> metrics_with(const SweepResults& results, Role role) {
  std::vector<std::string> names;
  const auto add = [&](const MetricInfo& metric) {
    const bool known = std::find(names.begin(), names.end(), metric.name) != names.end();
    if (metric.role == role && !known) names.push_back(metric.name);
  };
  add(results.primary);
  for (const auto& metric : results.secondary) add(metric);
  for (const auto& metric : results.metrics) add(metric);
  return names;
}

std::string metric_title(const MetricInfo& metric) {
  const std::string name = shortened(metric.name, 60);
  return metric.unit.empty() ? name : name + " (" + shortened(metric.unit, 30) + ")";
}

std::string goal_text(const MetricInfo& metric) {
  const std::string goal = metric.goal == Goal::kMaximize ? "higher is better" : "lower is better";
  if (metric.point.kind == PointRule::Kind::kLast) return goal;
  return goal + ", " + point_text(metric.point);
}

std::string step_title(const MetricInfo& metric) {
  return metric.step == kDefaultClock ? "step" : shortened(metric.step, 30);
}

std::string step_unit(const SweepResults& results, const MetricInfo& metric) {
  if (metric.step == kDefaultClock) return std::string(kDefaultClock);
  const std::string unit = metric_info(results, metric.step).unit;
  return unit == metric.step ? "" : shortened(unit, 30);
}

}  // namespace polysweep
