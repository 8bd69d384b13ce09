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

std::vector<std::optional<std::int64_t>> CurvesOnDemand::first_reaching(
    const std::vector<Target>& targets, const std::string& metric, Goal goal) const {
  std::vector<std::optional<std::int64_t>> out(targets.size());
  const auto known = metrics_.find(metric);
  if (known == metrics_.end()) return out;
  std::vector<PointReader::Target> wanted;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (known->second.points.at(targets[i].trial) == 0) continue;
    wanted.push_back({keys_[targets[i].trial], targets[i].value, {}});
    places.push_back(i);
  }
  const Transaction snapshot(database_.connection(), Transaction::Kind::kRead);
  reader_->find_first(known->second.id, goal, wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) out[places[i]] = wanted[i].step;
  return out;
}

}  // namespace polysweep
