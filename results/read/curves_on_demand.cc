#include "results/read/curves_on_demand.h"

#include "results/read/point_reader.h"
#include "results/schema/connection.h"
#include "results/schema/thinned_curve.h"

namespace polysweep {

static_assert(CurvesOnDemand::kQuickPoints == kThinnedPoints);

CurvesOnDemand::CurvesOnDemand(const Database& database, std::vector<std::int64_t> trial_keys,
                               const std::map<std::string, std::vector<SeriesResult>>& series)
    : database_(database),
      keys_(std::move(trial_keys)),
      reader_(std::make_unique<PointReader>(database.connection())) {
  Statement find = database.connection().prepare("SELECT metric_id FROM metric WHERE name = ?");
  for (const auto& [name, all] : series) {
    Metric& metric = metrics_[name];
    check(find.with(name).step(), "a metric with series has a row");
    metric.id = find.integer(0);
    metric.points.resize(keys_.size());
    for (const SeriesResult& each : all) {
      check(each.trial < keys_.size(), "a series belongs to a trial of the sweep");
      metric.points[each.trial] = each.points;
    }
  }
}

CurvesOnDemand::~CurvesOnDemand() = default;

std::vector<std::vector<CurvePoint>> CurvesOnDemand::curves(const std::vector<std::size_t>& trials,
                                                            const std::string& metric,
                                                            std::size_t at_most) const {
  std::vector<std::vector<CurvePoint>> out(trials.size());
  const auto known = metrics_.find(metric);
  if (known == metrics_.end()) return out;
  const Transaction snapshot(database_.connection(), Transaction::Kind::kRead);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::uint64_t points = known->second.points.at(trials[i]);
    if (points == 0) continue;
    out[i] = reader_->read(keys_[trials[i]], known->second.id, points, at_most);
  }
  return out;
}

std::vector<std::vector<BoundedPoint>> CurvesOnDemand::bounded_curves(
    const std::vector<std::size_t>& trials, const std::string& metric) const {
  std::vector<std::vector<BoundedPoint>> out(trials.size());
  const auto known = metrics_.find(metric);
  if (known == metrics_.end()) return out;
  const Transaction snapshot(database_.connection(), Transaction::Kind::kRead);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::uint64_t points = known->second.points.at(trials[i]);
    if (points == 0) continue;
    out[i] = reader_->read_bounded(keys_[trials[i]], known->second.id, points);
  }
  return out;
}

}  // namespace polysweep
