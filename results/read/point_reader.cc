#include "results/read/point_reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/core/error.h"
#include "results/schema/thinned_curve.h"

namespace polysweep {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

PointReader::PointReader(Connection& connection)
    : rows_(connection.prepare(
          "SELECT p.step, p.value FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? ORDER BY p.step")),
      thinned_(connection.prepare("SELECT points FROM thinned_curve WHERE curve_id = ?")) {}

std::vector<CurvePoint> PointReader::read(std::int64_t trial_id, std::int64_t metric_id,
                                          std::uint64_t points, std::size_t at_most) {
  const bool thinned = at_most > 0 && points > at_most;
  const std::uint64_t kept = thinned ? std::max<std::uint64_t>(at_most, 2) : points;
  if (thinned && kept <= kThinnedPoints) {
    std::vector<CurvePoint> out = read_thinned(trial_id, metric_id, kept);
    if (!out.empty()) return out;
  }
  std::vector<CurvePoint> out;
  out.reserve(kept);
  rows_.with(trial_id, metric_id);
  for (std::uint64_t index = 0; rows_.step(); ++index) {
    if (thinned && index != spaced_index(out.size(), points, kept)) continue;
    out.push_back({rows_.integer(0), rows_.real(1)});
  }
  return out;
}

std::vector<CurvePoint> PointReader::read_thinned(std::int64_t trial_id, std::int64_t metric_id,
                                                  std::size_t at_most) {
  std::vector<CurvePoint> out;
  if (thinned_.with(thinned_curve_id(metric_id, trial_id)).step()) {
    const std::vector<ThinnedPoint> points = decode_thinned_curve(thinned_.blob(0));
    check(points.size() == kThinnedPoints, "a thinned curve has kThinnedPoints points");
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool wanted = i == spaced_index(out.size(), points.size(), at_most);
      if (wanted) out.push_back({points[i].step, points[i].value});
    }
  }
  thinned_.reset();
  return out;
}

std::vector<BoundedPoint> PointReader::read_bounded(std::int64_t trial_id, std::int64_t metric_id,
                                                    std::uint64_t points) {
  std::vector<BoundedPoint> out;
  if (points > kThinnedPoints && thinned_.with(thinned_curve_id(metric_id, trial_id)).step()) {
    for (const ThinnedPoint& each : decode_thinned_curve(thinned_.blob(0)))
      out.push_back({each.step, each.value, each.lowest, each.highest});
  }
  thinned_.reset();
  if (!out.empty()) return out;
  const std::uint64_t kept = std::min<std::uint64_t>(points, kThinnedPoints);
  double lowest = kInfinity;
  double highest = -kInfinity;
  rows_.with(trial_id, metric_id);
  for (std::uint64_t index = 0; rows_.step(); ++index) {
    const double value = rows_.real(1);
    if (std::isfinite(value)) {
      lowest = std::min(lowest, value);
      highest = std::max(highest, value);
    }
    if (points > kept && index != spaced_index(out.size(), points, kept)) continue;
    out.push_back({rows_.integer(0), value, lowest, highest});
  }
  return out;
}

}  // namespace polysweep
