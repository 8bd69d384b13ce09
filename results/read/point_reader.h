// Reads the counted points of series. Internal to results/.
#pragma once

#include <cstdint>
#include <vector>

#include "results/read/curve.h"
#include "results/schema/connection.h"

namespace polysweep {

class PointReader {
 public:
  explicit PointReader(Connection& connection);

  // By step. If the series has more than `at_most` of its `points` points (0: no
  // limit), they are thinned to evenly spaced ones, with the first and the last. Of
  // a settled trial no more than
  // the thinned curve are read where they are enough.
  std::vector<CurvePoint> read(std::int64_t trial_id, std::int64_t metric_id, std::uint64_t points,
                               std::size_t at_most);

  // The same with bounds, thinned to kThinnedPoints.
  std::vector<BoundedPoint> read_bounded(std::int64_t trial_id, std::int64_t metric_id,
                                         std::uint64_t points);

 private:
  std::vector<CurvePoint> read_thinned(std::int64_t trial_id, std::int64_t metric_id,
                                       std::size_t at_most);

  Statement rows_, thinned_;
};

}  // namespace polysweep
