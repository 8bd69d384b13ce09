#include "results/curve_source.h"

#include "results/condensed.h"
#include "results/connection.h"
#include "results/curve_reader.h"

namespace polysweep {

static_assert(CurveSource::kQuickPoints == kCondensedPoints);

CurveSource::CurveSource(const Database& database, std::vector<std::int64_t> trial_keys,
                         const std::map<std::string, std::vector<SeriesResult>>& series)
    : keys_(std::move(trial_keys)), reader_(std::make_unique<CurveReader>(database.connection())) {
  Statement find = database.connection().prepare("SELECT metric_id FROM metric WHERE name = ?");
  for (const auto& [name, all] : series) {
    Metric& metric = metrics_[name];
    check(find.with(name).step(), "a metric with series has a row");
    metric.id = find.integer(0);
    metric.points.resize(keys_.size());
    for (const SeriesResult& each : all) metric.points[each.trial] = each.points;
  }
}

CurveSource::~CurveSource() = default;

std::vector<CurvePoint> CurveSource::curve(std::size_t trial, const std::string& metric,
                                           std::size_t at_most) const {
  const auto known = metrics_.find(metric);
  if (known == metrics_.end() || known->second.points.at(trial) == 0) return {};
  return reader_->read(keys_[trial], known->second.id, known->second.points[trial], at_most);
}

std::optional<std::int64_t> CurveSource::first_reaching(std::size_t trial,
                                                        const std::string& metric, Goal goal,
                                                        double target) const {
  const auto known = metrics_.find(metric);
  if (known == metrics_.end() || known->second.points.at(trial) == 0) return std::nullopt;
  return reader_->first_reaching(keys_[trial], known->second.id, goal, target);
}

}  // namespace polysweep
