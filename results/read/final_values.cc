#include "results/read/final_values.h"

namespace polysweep {

FinalValues::FinalValues(Connection& connection, const PlanDescription& plan)
    : connection_(connection) {
  // The first that names a metric counts: the sweep's choice before the experiment's own.
  std::map<std::string, const MetricSpec*> specs;
  specs.emplace(plan.primary.name, &plan.primary);
  for (const auto* metrics : {&plan.secondary, &plan.metrics}) {
    for (const MetricSpec& metric : *metrics) specs.emplace(metric.name, &metric);
  }
  Statement key = connection.prepare("SELECT metric_id FROM metric WHERE name = ?");
  for (const auto& [name, spec] : specs) {
    if (spec->point.kind == PointRule::Kind::kLast) continue;
    if (key.with(name).step()) rules_[key.integer(0)] = {name, spec->point, spec->goal};
  }
}

double FinalValues::of(std::int64_t trial_id, const SeriesSummary& series) {
  const auto found = rules_.find(series.metric_id);
  if (found == rules_.end()) return series.last;
  const Rule& rule = found->second;
  if (rule.point.kind == PointRule::Kind::kMeanOfLast) return mean_of_last(trial_id, series, rule);
  return rule.goal == Goal::kMinimize ? series.minimum : series.maximum;
}

double FinalValues::mean_of_last(std::int64_t trial_id, const SeriesSummary& series,
                                 const Rule& rule) {
  if (!points_) {
    points_.emplace(connection_.prepare(
        "SELECT p.value FROM series s JOIN point p ON p.series_id = s.series_id "
        "WHERE s.trial_id = ? AND s.metric_id = ? ORDER BY p.step DESC LIMIT ?"));
  }
  points_->with(trial_id, series.metric_id, rule.point.count);
  double sum = 0;
  int count = 0;
  while (points_->step()) {
    sum += points_->real(0);
    ++count;
  }
  if (count < rule.point.count) ++short_[rule.metric];
  return count == 0 ? series.last : sum / count;
}

}  // namespace polysweep
