#include "cli/live/live.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "cli/shared/terminal.h"
#include "results/read/trial_record.h"

namespace polysweep {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json number(const std::optional<double>& value) { return value ? number(*value) : Json(nullptr); }

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

Json points_json(const std::vector<CurvePoint>& points) {
  Json out = Json::array();
  for (const CurvePoint& point : points) out.push_back({point.step, number(point.value)});
  return out;
}

Json running_json(const LiveSweep& sweep, const RunningTrial& trial,
                  const std::vector<CurvePoint>& curve) {
  Json out = {{"trial", trial.id.hex()},
              {"cell", levels_text(sweep.cells[trial.cell].levels)},
              {"baseline", sweep.cells[trial.cell].baseline},
              {"replicate", trial.replicate},
              {"attempt", trial.attempt},
              {"host", trial.host},
              {"slot", trial.slot},
              {"device", trial.device},
              {"age_s", number(trial.age_s)},
              {"expected_s", number(trial.expected_s)}};
  Json last = Json::array();
  for (const LastPoint& point : trial.last_points) {
    last.push_back({{"metric", point.metric},
                    {"step", point.step},
                    {"value", number(point.value)},
                    {"points", point.points}});
  }
  out["last"] = std::move(last);
  out["curve"] = points_json(curve);
  return out;
}

Json band_json(const LiveSweep& sweep, const LiveBand& band) {
  Json points = Json::array();
  for (const LiveBandPoint& point : band.points) {
    points.push_back({point.step, point.mean, point.low, point.high});
  }
  return {{"cell", band.cell},
          {"label", levels_text(sweep.cells[band.cell].levels)},
          {"trials", band.trials},
          {"points", std::move(points)}};
}

Json bad_end_json(const LiveSweep& sweep, const BadEnd& end) {
  return {{"trial", end.id.hex()},
          {"cell", levels_text(sweep.cells[end.cell].levels)},
          {"attempt", end.attempt},
          {"outcome", end.outcome},
          {"final", end.final},
          {"message", end.message},
          {"output_tail", end.output_tail},
          {"finished_us", end.finished_us}};
}

}  // namespace

std::string live_metric(const LiveSweep& sweep) {
  std::string best;
  std::uint64_t most = 0;
  for (const RunningTrial& trial : sweep.running) {
    for (const LastPoint& point : trial.last_points) {
      if (point.metric == "validation_loss") return point.metric;
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

nlohmann::ordered_json live_json(const LiveSweep& sweep, const LiveCurves& curves) {
  Json running = Json::array();
  for (std::size_t i = 0; i < sweep.running.size(); ++i) {
    running.push_back(running_json(sweep, sweep.running[i], curves.running[i]));
  }
  Json bands = Json::array();
  for (const LiveBand& band : curves.bands) bands.push_back(band_json(sweep, band));
  Json bad_ends = Json::array();
  for (const BadEnd& end : sweep.bad_ends) bad_ends.push_back(bad_end_json(sweep, end));
  const StateCounts& counts = sweep.counts;
  return {{"sweep", sweep.sweep},
          {"experiment", sweep.experiment},
          {"replicate", sweep.replicate},
          {"planned_us", sweep.planned_us},
          {"counts",
           {{"planned", counts.planned},
            {"done", counts.done},
            {"running", counts.running},
            {"diverged", counts.diverged},
            {"failed", counts.failed},
            {"missing", counts.missing}}},
          {"trials_per_s", number(sweep.trials_per_s)},
          {"left_s", number(sweep.left_s)},
          {"peak_memory_bytes", number(sweep.peak_memory_bytes)},
          {"metric", curves.metric},
          {"running", std::move(running)},
          {"bands", std::move(bands)},
          {"bad_ends", std::move(bad_ends)}};
}

}  // namespace polysweep
