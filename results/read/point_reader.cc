#include "results/read/point_reader.h"

#include <algorithm>
#include <limits>

#include "framework/core/error.h"
#include "results/schema/thinned_curve.h"

namespace polysweep {
namespace {

constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

}  // namespace

PointReader::PointReader(Connection& connection)
    : rows_(connection.prepare(
          "SELECT p.step, p.value FROM series s JOIN point p ON p.series_id = s.series_id "
          "WHERE s.trial_id = ? AND s.metric_id = ? ORDER BY p.step")),
      thinned_(connection.prepare("SELECT points FROM thinned_curve WHERE curve_id = ?")),
      all_thinned_(
          connection.prepare("SELECT s.trial_id, k.points, s.series_id FROM thinned_curve k "
                             "JOIN series s ON s.trial_id = k.curve_id - ?1 AND s.metric_id = ?2 "
                             "WHERE k.curve_id BETWEEN ?3 AND ?4 ORDER BY k.curve_id")),
      series_(
          connection.prepare("SELECT series_id FROM series WHERE trial_id = ? AND metric_id = ?")),
      first_below_(connection.prepare("SELECT step FROM point WHERE series_id = ? AND step >= ? "
                                      "AND value <= ? AND value > -9e999 ORDER BY step LIMIT 1")),
      first_above_(connection.prepare("SELECT step FROM point WHERE series_id = ? AND step >= ? "
                                      "AND value >= ? AND value < 9e999 ORDER BY step LIMIT 1")) {}

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

void PointReader::find_first(std::int64_t metric_id, Goal goal, std::vector<Target>& targets) {
  if (targets.empty()) return;
  // In the order of the keys, in which the curves of a metric are stored.
  std::vector<Target*> order;
  for (Target& each : targets) order.push_back(&each);
  std::sort(order.begin(), order.end(),
            [](const Target* a, const Target* b) { return a->trial_id < b->trial_id; });
  all_thinned_.with(thinned_curve_id(metric_id, 0), metric_id,
                    thinned_curve_id(metric_id, order.front()->trial_id),
                    thinned_curve_id(metric_id, order.back()->trial_id));
  bool more = all_thinned_.step();
  for (Target* each : order) {
    while (more && all_thinned_.integer(0) < each->trial_id) more = all_thinned_.step();
    if (more && all_thinned_.integer(0) == each->trial_id) {
      const auto begin = begin_of_search(all_thinned_.blob(1), goal, each->value);
      if (begin) each->step = first_from(all_thinned_.integer(2), *begin, goal, each->value);
    } else if (series_.with(each->trial_id, metric_id).step()) {
      each->step = first_from(series_.integer(0), kBeforeAll, goal, each->value);
    }
  }
  all_thinned_.reset();
  series_.reset();
}

std::optional<std::int64_t> PointReader::first_from(std::int64_t series_id, std::int64_t begin,
                                                    Goal goal, double value) {
  Statement& first = goal == Goal::kMinimize ? first_below_ : first_above_;
  std::optional<std::int64_t> out;
  if (first.with(series_id, begin, value).step()) out = first.integer(0);
  first.reset();
  return out;
}

}  // namespace polysweep
