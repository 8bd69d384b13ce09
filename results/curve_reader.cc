#include "results/curve_reader.h"

#include <algorithm>

namespace polysweep {

CurveReader::CurveReader(Connection& connection)
    : rows_(connection.prepare(
          "SELECT step, value FROM point WHERE trial_id = ? AND metric_id = ? ORDER BY step")) {}

std::vector<CurvePoint> CurveReader::read(std::int64_t trial_id, std::int64_t metric_id,
                                          std::uint64_t points, std::size_t at_most) {
  const bool thinned = at_most > 0 && points > at_most;
  const std::uint64_t kept = thinned ? std::max<std::uint64_t>(at_most, 2) : points;
  std::vector<CurvePoint> out;
  out.reserve(kept);
  rows_.with(trial_id, metric_id);
  for (std::uint64_t index = 0; rows_.step(); ++index) {
    if (thinned && index != out.size() * (points - 1) / (kept - 1)) continue;
    out.push_back({rows_.integer(0), rows_.real(1)});
  }
  return out;
}

}  // namespace polysweep
