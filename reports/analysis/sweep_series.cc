#include "reports/analysis/sweep_series.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace polysweep {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

SeriesResult brief_of(const Curve& curve) {
  SeriesResult out{curve.trial, curve.points.size(), 0, 0, kNone, kNone, kNone};
  if (curve.points.empty()) return out;
  out.first_step = curve.points.front().step;
  out.last_step = curve.points.back().step;
  out.last = curve.points.back().value;
  for (const CurvePoint& point : curve.points) {
    if (!std::isfinite(point.value)) continue;
    if (!(out.minimum <= point.value)) out.minimum = point.value;
    if (!(out.maximum >= point.value)) out.maximum = point.value;
  }
  return out;
}

std::vector<BoundedPoint> bounded(const std::vector<CurvePoint>& points) {
  std::vector<BoundedPoint> out;
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -lowest;
  for (const CurvePoint& point : points) {
    if (std::isfinite(point.value)) {
      lowest = std::min(lowest, point.value);
      highest = std::max(highest, point.value);
    }
    out.push_back({point.step, point.value, lowest, highest});
  }
  return out;
}

}  // namespace

std::vector<SeriesResult> series_of(const SweepResults& results, const std::string& metric) {
  const auto series = results.series.find(metric);
  if (series != results.series.end()) return series->second;
  std::vector<SeriesResult> out;
  const auto curves = results.curves.find(metric);
  if (curves == results.curves.end()) return out;
  for (const Curve& curve : curves->second) {
    if (!curve.points.empty()) out.push_back(brief_of(curve));
  }
  return out;
}

std::vector<Curve> curves_of(const SweepResults& results, const std::string& metric,
                             const std::vector<std::size_t>& trials) {
  std::vector<Curve> out;
  if (results.curves_on_demand) {
    auto points = results.curves_on_demand->curves(trials, metric, CurvesOnDemand::kQuickPoints);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (!points[i].empty()) out.push_back({trials[i], std::move(points[i])});
    }
    return out;
  }
  const auto curves = results.curves.find(metric);
  if (curves == results.curves.end()) return out;
  for (const Curve& curve : curves->second) {
    const bool wanted = std::find(trials.begin(), trials.end(), curve.trial) != trials.end();
    if (wanted && !curve.points.empty()) out.push_back(curve);
  }
  return out;
}

std::vector<std::vector<BoundedPoint>> bounded_curves_of(const SweepResults& results,
                                                         const std::string& metric,
                                                         const std::vector<std::size_t>& trials) {
  if (results.curves_on_demand) return results.curves_on_demand->bounded_curves(trials, metric);
  std::vector<std::vector<BoundedPoint>> out(trials.size());
  const auto curves = results.curves.find(metric);
  if (curves == results.curves.end()) return out;
  std::unordered_map<std::size_t, const Curve*> of_trial;
  for (const Curve& curve : curves->second) of_trial[curve.trial] = &curve;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto curve = of_trial.find(trials[i]);
    if (curve != of_trial.end()) out[i] = bounded(curve->second->points);
  }
  return out;
}

}  // namespace polysweep
