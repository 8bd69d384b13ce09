#include "reports/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace polysweep {
namespace {

// Evenly spread, first and last kept.
std::vector<BandPoint> thinned(const std::vector<BandPoint>& points, std::size_t most) {
  if (points.size() <= most || most < 2) return points;
  std::vector<BandPoint> kept;
  for (std::size_t i = 0; i < most; ++i)
    kept.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return kept;
}

LearningCurve curve_of(const std::vector<const Curve*>& runs) {
  std::map<std::int64_t, std::vector<double>> by_step;
  for (const Curve* run : runs) {
    std::map<std::int64_t, double> last;  // a step reported twice: the later counts
    for (const auto& point : run->points) last[point.step] = point.value;
    for (const auto& [step, value] : last) {
      if (std::isfinite(value)) by_step[step].push_back(value);
    }
  }
  LearningCurve curve;
  curve.runs = runs.size();
  for (const auto& [step, values] : by_step) {
    if (values.size() < runs.size()) {
      ++curve.incomplete;
      continue;
    }
    BandPoint point;
    point.x = static_cast<double>(step);
    for (double value : values) point.mean += value / static_cast<double>(values.size());
    point.low = *std::min_element(values.begin(), values.end());
    point.high = *std::max_element(values.begin(), values.end());
    curve.points.push_back(point);
  }
  return curve;
}

}  // namespace

std::vector<LearningCurve> learning_curves(const SweepResults& results, const std::string& metric,
                                           std::size_t most_points) {
  std::vector<LearningCurve> curves;
  const auto found = results.curves.find(metric);
  if (found == results.curves.end()) return curves;
  std::map<std::size_t, std::vector<const Curve*>> by_cell;
  for (const auto& curve : found->second) {
    const TrialResult& trial = results.trials.at(curve.trial);
    if (trial.state == TrialState::kDone) by_cell[trial.cell].push_back(&curve);
  }
  for (const auto& [cell, runs] : by_cell) {
    LearningCurve curve = curve_of(runs);
    curve.cell = cell;
    curve.planned = results.cells.at(cell).trials.size();
    curve.points = thinned(curve.points, most_points);
    if (!curve.points.empty()) curves.push_back(std::move(curve));
  }
  return curves;
}

}  // namespace polysweep
