// Reads counted points of a series. For results/*.cc alone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "results/connection.h"
#include "results/sweep_results.h"

namespace polysweep {

class CurveReader {
 public:
  explicit CurveReader(Connection& connection);

  // By step. Of `points` points more than `at_most` (0: no limit) are thinned
  // to evenly spaced ones, first and last kept. Of a settled trial no more than
  // the condensed points are read where they are enough.
  std::vector<CurvePoint> read(std::int64_t trial_id, std::int64_t metric_id, std::uint64_t points,
                               std::size_t at_most);

  // The step of the first finite value that is at most (kMinimize) or at least
  // (kMaximize) `target`; empty where there is none.
  std::optional<std::int64_t> first_reaching(std::int64_t trial_id, std::int64_t metric_id,
                                             Goal goal, double target);

 private:
  std::vector<CurvePoint> read_condensed(std::int64_t trial_id, std::int64_t metric_id,
                                         std::size_t at_most);

  Statement rows_, condensed_, first_below_, first_above_;
};

}  // namespace polysweep
