#include "results/curve_reader.h"

#include <algorithm>
#include <limits>

#include "results/condensed.h"

namespace polysweep {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

// The last kept step before which no value reaches the target: reading the
// points begins behind it. Empty where none reaches it at all.
std::optional<std::int64_t> begin_of_search(const std::vector<CondensedPoint>& points, Goal goal,
                                            double target) {
  std::int64_t before = kBeforeAll;
  for (const CondensedPoint& each : points) {
    const bool may_reach = goal == Goal::kMinimize ? each.lowest <= target : each.highest >= target;
    if (may_reach) return before;
    before = each.step;
  }
  return std::nullopt;
}

}  // namespace

CurveReader::CurveReader(Connection& connection)
    : rows_(connection.prepare(
          "SELECT p.step, p.value FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? ORDER BY p.step")),
      condensed_(connection.prepare("SELECT points FROM condensed_curve WHERE curve_id = ?")),
      first_below_(connection.prepare(
          "SELECT p.step FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? AND p.step >= ? "
          "AND p.value <= ? AND p.value > -9e999 ORDER BY p.step LIMIT 1")),
      first_above_(connection.prepare(
          "SELECT p.step FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? AND p.step >= ? "
          "AND p.value >= ? AND p.value < 9e999 ORDER BY p.step LIMIT 1")) {}

std::vector<CurvePoint> CurveReader::read(std::int64_t trial_id, std::int64_t metric_id,
                                          std::uint64_t points, std::size_t at_most) {
  const bool thinned = at_most > 0 && points > at_most;
  const std::uint64_t kept = thinned ? std::max<std::uint64_t>(at_most, 2) : points;
  if (thinned && kept <= kCondensedPoints) {
    std::vector<CurvePoint> out = read_condensed(trial_id, metric_id, kept);
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

std::vector<CurvePoint> CurveReader::read_condensed(std::int64_t trial_id, std::int64_t metric_id,
                                                    std::size_t at_most) {
  std::vector<CurvePoint> out;
  if (condensed_.with(curve_id(metric_id, trial_id)).step()) {
    const std::vector<CondensedPoint> points = decode_curve(condensed_.blob(0));
    for (std::size_t i = 0; i < points.size(); ++i) {
      const bool wanted = i == spaced_index(out.size(), points.size(), at_most);
      if (wanted) out.push_back({points[i].step, points[i].value});
    }
  }
  condensed_.reset();
  return out;
}

std::optional<std::int64_t> CurveReader::first_reaching(std::int64_t trial_id,
                                                        std::int64_t metric_id, Goal goal,
                                                        double target) {
  std::optional<std::int64_t> begin = kBeforeAll;
  if (condensed_.with(curve_id(metric_id, trial_id)).step()) {
    begin = begin_of_search(decode_curve(condensed_.blob(0)), goal, target);
  }
  condensed_.reset();
  if (!begin) return std::nullopt;
  Statement& first = goal == Goal::kMinimize ? first_below_ : first_above_;
  std::optional<std::int64_t> out;
  if (first.with(trial_id, metric_id, *begin, target).step()) out = first.integer(0);
  first.reset();
  return out;
}

}  // namespace polysweep
