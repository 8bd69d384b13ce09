#include "results/ingest/summary_writer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "results/schema/trial_state.h"

namespace polysweep {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The nearest float that is not above (below) `value`.
float rounded_down(double value) {
  const auto near = static_cast<float>(value);
  return near > value ? std::nextafter(near, -kInfinity) : near;
}
float rounded_up(double value) {
  const auto near = static_cast<float>(value);
  return near < value ? std::nextafter(near, kInfinity) : near;
}

}  // namespace

SummaryWriter::SummaryWriter(Connection& connection)
    : reader_(connection),
      state_(connection.prepare("SELECT state FROM trial WHERE trial_id = ?")),
      packed_(connection.prepare("SELECT series FROM trial_summary WHERE trial_id = ?")),
      points_(connection.prepare(
          "SELECT p.step, p.value FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? ORDER BY p.step")),
      put_trial_(connection.prepare("INSERT INTO trial_summary (trial_id, series) VALUES (?, ?)")),
      put_curve_(connection.prepare("INSERT INTO thinned_curve (curve_id, points) VALUES (?, ?)")),
      remove_trial_(connection.prepare("DELETE FROM trial_summary WHERE trial_id = ?")),
      remove_curve_(connection.prepare("DELETE FROM thinned_curve WHERE curve_id = ?")) {}

void SummaryWriter::refresh(std::int64_t trial_id) {
  remove(trial_id);
  check(state_.with(trial_id).step(), "a trial that changed has a row");
  const auto state = static_cast<TrialState>(state_.integer(0));
  state_.reset();
  if (state == TrialState::kPending || state == TrialState::kRunning) return;
  const std::vector<SeriesSummary> summaries = reader_.read(trial_id, "");
  if (summaries.empty()) return;
  put_trial_.with(trial_id, BlobView{encode_summaries(summaries)}).run();
  for (const SeriesSummary& each : summaries) {
    if (each.points <= kThinnedPoints) continue;
    const std::string points = encode_thinned_curve(thin(each, trial_id));
    put_curve_.with(thinned_curve_id(each.metric_id, trial_id), BlobView{points}).run();
  }
}

void SummaryWriter::remove(std::int64_t trial_id) {
  std::vector<SeriesSummary> old;
  if (packed_.with(trial_id).step()) old = decode_summaries(packed_.blob(0));
  packed_.reset();
  if (old.empty()) return;
  for (const SeriesSummary& each : old)
    remove_curve_.with(thinned_curve_id(each.metric_id, trial_id)).run();
  remove_trial_.with(trial_id).run();
}

std::vector<ThinnedPoint> SummaryWriter::thin(const SeriesSummary& series, std::int64_t trial_id) {
  std::vector<ThinnedPoint> out;
  out.reserve(kThinnedPoints);
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -lowest;
  points_.with(trial_id, series.metric_id);
  for (std::uint64_t index = 0; points_.step(); ++index) {
    const double value = points_.real(1);
    if (std::isfinite(value)) {
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
    }
    if (index != spaced_index(out.size(), series.points, kThinnedPoints)) continue;
    out.push_back({points_.integer(0), value, rounded_down(lowest), rounded_up(highest)});
  }
  return out;
}

}  // namespace polysweep
