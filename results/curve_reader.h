// Reads counted points of a series. For results/*.cc alone.
#pragma once

#include <cstdint>
#include <vector>

#include "results/connection.h"
#include "results/sweep_results.h"

namespace polysweep {

class CurveReader {
 public:
  explicit CurveReader(Connection& connection);

  // By step. Of `points` points more than `at_most` (0: no limit) are thinned
  // to evenly spaced ones, first and last kept.
  std::vector<CurvePoint> read(std::int64_t trial_id, std::int64_t metric_id, std::uint64_t points,
                               std::size_t at_most);

 private:
  Statement rows_;
};

}  // namespace polysweep
