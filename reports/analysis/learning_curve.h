// The curve of a cell: mean over its runs with the lowest and highest run, or the t
// interval.
//
// Points exist only where every done run of the cell has a value, so that a line
// never jumps because a run has ended.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/mean_point.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct LearningCurve {
  std::size_t cell = 0;
  std::size_t runs = 0;  // done, with a curve
  std::size_t planned = 0;
  std::vector<MeanPoint> points;  // at most the number asked for, first and last kept
  std::size_t incomplete = 0;     // evaluations left out because a run has none
};

// Of those of the cells (empty: of all) that have such a curve, in their order. With
// a `confidence` the band is the t interval over the runs (of one run: none).
std::vector<LearningCurve> learning_curves(const SweepResults& results, const std::string& metric,
                                           std::size_t most_points,
                                           const std::vector<std::size_t>& cells = {},
                                           std::optional<double> confidence = {});

}  // namespace polysweep
