#include "cli/live/live_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "framework/core/error.h"
#include "results/read/trial_record.h"

namespace polysweep {
namespace {

LiveBand band_of(const Database& database, const LiveSweep& sweep, std::uint32_t cell,
                 const std::string& metric, std::size_t at_most) {
  struct AtStep {
    std::size_t count = 0;
    double sum = 0;
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
  };
  std::map<std::int64_t, AtStep> steps;
  LiveBand band;
  band.cell = cell;
  for (const TrialId& id : sweep.cells[cell].done) {
    const std::vector<CurvePoint> points = load_curve(database, id, metric, at_most);
    if (points.empty()) continue;
    ++band.trials;
    for (const CurvePoint& point : points) {
      if (!std::isfinite(point.value)) continue;
      AtStep& at = steps[point.step];
      ++at.count;
      at.sum += point.value;
      at.low = std::min(at.low, point.value);
      at.high = std::max(at.high, point.value);
    }
  }
  for (const auto& [step, at] : steps) {
    if (at.count < band.trials) continue;
    band.points.push_back({step, at.sum / static_cast<double>(at.count), at.low, at.high});
  }
  return band;
}

}  // namespace

std::string live_metric(const LiveSweep& sweep) {
  std::string best;
  std::uint64_t most = 0;
  for (const RunningTrial& trial : sweep.running) {
    for (const LastPoint& point : trial.last_points) {
      if (point.metric == sweep.progress) return point.metric;
      if (point.metric == sweep.primary && point.points > 1) return point.metric;
      if (point.points > most) {
        most = point.points;
        best = point.metric;
      }
    }
  }
  return best;
}

LiveCurves load_live_curves(const Database& database, const LiveSweep& sweep,
                            const std::string& metric, std::size_t at_most) {
  LiveCurves out;
  out.metric = metric;
  std::set<std::uint32_t> baselines;
  for (const RunningTrial& trial : sweep.running) {
    out.running.push_back(metric.empty() ? std::vector<CurvePoint>{}
                                         : load_curve(database, trial.id, metric, at_most));
    check(trial.cell < sweep.cells.size(), "a running trial is in a cell of its sweep");
    const LiveCell& cell = sweep.cells[trial.cell];
    if (cell.baseline >= 0) baselines.insert(static_cast<std::uint32_t>(cell.baseline));
    if (cell.is_baseline) baselines.insert(trial.cell);
  }
  if (metric.empty()) return out;
  for (const std::uint32_t cell : baselines) {
    LiveBand band = band_of(database, sweep, cell, metric, at_most);
    if (!band.points.empty()) out.bands.push_back(std::move(band));
  }
  return out;
}

}  // namespace polysweep
