#include "cli/live/live_json.h"

#include "cli/shared/trial_counts.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

Json points_json(const std::vector<CurvePoint>& points) {
  Json out = Json::array();
  for (const CurvePoint& point : points) out.push_back({point.step, number_or_null(point.value)});
  return out;
}

Json running_json(const LiveSweep& sweep, const std::vector<std::string>& cells,
                  const RunningTrial& trial, const std::vector<CurvePoint>& curve) {
  Json out = {{"trial", trial.id.hex()},
              {"cell", cells.at(trial.cell)},
              {"baseline", sweep.cells[trial.cell].baseline},
              {"replicate", trial.replicate},
              {"attempt", trial.attempt},
              {"host", trial.host},
              {"slot", trial.slot},
              {"device", trial.device},
              {"age_s", number_or_null(trial.age_s)},
              {"expected_s", number_or_null(trial.expected_s)}};
  Json last = Json::array();
  for (const LastPoint& point : trial.last_points) {
    last.push_back({{"metric", point.metric},
                    {"step", point.step},
                    {"value", number_or_null(point.value)},
                    {"points", point.points}});
  }
  out["last"] = std::move(last);
  out["curve"] = points_json(curve);
  return out;
}

Json band_json(const std::vector<std::string>& cells, const LiveBand& band) {
  Json points = Json::array();
  for (const LiveBandPoint& point : band.points) {
    points.push_back({point.step, point.mean, point.low, point.high});
  }
  return {{"cell", band.cell},
          {"label", cells.at(band.cell)},
          {"trials", band.trials},
          {"points", std::move(points)}};
}

Json bad_end_json(const std::vector<std::string>& cells, const FailedAttempt& end) {
  return {{"trial", end.id.hex()},
          {"cell", cells.at(end.cell)},
          {"attempt", end.attempt},
          {"outcome", end.outcome},
          {"final", end.final},
          {"message", end.message},
          {"output_tail", end.output_tail},
          {"finished_us", end.finished_us}};
}

}  // namespace

Json live_json(const LiveSweep& sweep, const LiveCurves& curves,
               const std::vector<std::string>& cells) {
  check(curves.running.size() == sweep.running.size(), "each running trial has a curve");
  Json running = Json::array();
  for (std::size_t i = 0; i < sweep.running.size(); ++i) {
    running.push_back(running_json(sweep, cells, sweep.running[i], curves.running[i]));
  }
  Json bands = Json::array();
  for (const LiveBand& band : curves.bands) bands.push_back(band_json(cells, band));
  Json bad_ends = Json::array();
  for (const FailedAttempt& end : sweep.failures) bad_ends.push_back(bad_end_json(cells, end));
  return {{"sweep", sweep.sweep},
          {"experiment", sweep.experiment},
          {"replicate", sweep.replicate},
          {"planned_us", sweep.planned_us},
          {"counts", counts_json(sweep.counts)},
          {"trials_per_s", number_or_null(sweep.trials_per_s)},
          {"left_s", number_or_null(sweep.left_s)},
          {"peak_memory_bytes", number_or_null(sweep.peak_memory_bytes)},
          {"metric", curves.metric},
          {"running", std::move(running)},
          {"bands", std::move(bands)},
          {"bad_ends", std::move(bad_ends)}};
}

}  // namespace polysweep
