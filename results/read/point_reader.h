// Reads the counted points of series. Internal to results/.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "framework/sweep/experiment.h"
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

  struct Target {
    std::int64_t trial_id = 0;
    double value = 0;
    std::optional<std::int64_t> step;  // the answer; empty if it is not reached
  };
  // Sets the step of the first finite value that is at most (kMinimize) or at
  // least (kMaximize) each target. Call it inside a transaction.
  void find_first(std::int64_t metric_id, Goal goal, std::vector<Target>& targets);

 private:
  std::vector<CurvePoint> read_thinned(std::int64_t trial_id, std::int64_t metric_id,
                                       std::size_t at_most);

  std::optional<std::int64_t> first_from(std::int64_t series_id, std::int64_t begin, Goal goal,
                                         double value);

  Statement rows_, thinned_, all_thinned_, series_, first_below_, first_above_;
};

}  // namespace polysweep
