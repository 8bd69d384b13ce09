#include "reports/analysis/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/analysis/statistics.h"
#include "reports/analysis/sweep_series.h"

namespace polysweep {
namespace {

// Evenly spread, first and last kept.
std::vector<MeanPoint> thinned(const std::vector<MeanPoint>& points, std::size_t most) {
  if (points.size() <= most || most < 2) return points;
  std::vector<MeanPoint> kept;
  for (std::size_t i = 0; i < most; ++i)
    kept.push_back(points[i * (points.size() - 1) / (most - 1)]);
  return kept;
}

Interval band_of(const std::vector<double>& values, const std::optional<double>& confidence) {
  if (!confidence) {
    return {*std::min_element(values.begin(), values.end()),
            *std::max_element(values.begin(), values.end())};
  }
  const double mean = mean_of(values);
  return t_interval(values, *confidence).value_or(Interval{mean, mean});
}

LearningCurve curve_of(const std::vector<const Curve*>& runs,
                       const std::optional<double>& confidence) {
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
    MeanPoint point;
    point.x = static_cast<double>(step);
    for (double value : values) point.mean += value / static_cast<double>(values.size());
    const Interval band = band_of(values, confidence);
    point.low = band.low;
    point.high = band.high;
    curve.points.push_back(point);
  }
  return curve;
}

}  // namespace

std::vector<LearningCurve> learning_curves(const SweepResults& results, const std::string& metric,
                                           std::size_t most_points,
                                           const std::vector<std::size_t>& cells,
                                           std::optional<double> confidence) {
  std::vector<std::size_t> trials;
  for (std::size_t trial = 0; trial < results.trials.size(); ++trial) {
    if (results.trials[trial].state != TrialState::kDone) continue;
    const std::size_t cell = results.trials[trial].cell;
    const bool wanted = cells.empty() || std::find(cells.begin(), cells.end(), cell) != cells.end();
    if (wanted) trials.push_back(trial);
  }
  const std::vector<Curve> all = curves_of(results, metric, trials);
  std::map<std::size_t, std::vector<const Curve*>> by_cell;
  for (const Curve& curve : all) by_cell[results.trials[curve.trial].cell].push_back(&curve);
  std::vector<LearningCurve> curves;
  for (const auto& [cell, runs] : by_cell) {
    LearningCurve curve = curve_of(runs, confidence);
    curve.cell = cell;
    curve.planned = results.cells.at(cell).trials.size();
    curve.points = thinned(curve.points, most_points);
    if (!curve.points.empty()) curves.push_back(std::move(curve));
  }
  return curves;
}

}  // namespace polysweep
