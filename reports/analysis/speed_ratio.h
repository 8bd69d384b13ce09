// How much of something (steps, tokens, seconds) runs of one cell spend until they reach a
// target, relative to the paired runs of another.
//
// What a run spends is known only from one evaluation to the next, and of a run that
// never reaches the target only from below. A ratio below 1 is faster.
// docs/statistics.md, "Convergence as a speedup", has the reasons and the coverage.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "reports/text/interval.h"

namespace polysweep {

// What a run spent when it first reached the target: more than `low` and at most `high`.
// low = 0: at its first evaluation. high infinite: not until `low`. Both infinite: never,
// as of a run that diverged. Neither is negative.
using Spending = Interval;

struct SpendingPair {
  Spending cell;
  Spending baseline;
};

struct SpeedRatio {
  std::size_t pairs = 0;
  std::size_t cell_never = 0;      // pairs in which the cell's run did not reach the target
  std::size_t baseline_never = 0;  // pairs in which the baseline's run did not
  // Geometric mean of high(cell) / high(baseline); none where a run of a pair did not
  // reach the target, or was there from step 0: then `bounds` are those of the median.
  std::optional<double> ratio;
  // Where the geometric mean (the median) of these pairs lies, wherever between its
  // evaluations each run reached the target. 0 and infinity: not bounded.
  Interval bounds;
  // Confidence interval. Of the geometric mean: from the lowest to the highest end of the
  // t intervals of log high/high, low/high and high/low of (cell/baseline); none below 2
  // pairs. Of the median: order statistics of the pairs' bounds, which hold the
  // median of the population without further assumptions; none where there are too few
  // pairs for it (6 at 0.95).
  std::optional<Interval> interval;
};

// None without pairs.
std::optional<SpeedRatio> speed_ratio(std::span<const SpendingPair> pairs, double confidence);

}  // namespace polysweep
