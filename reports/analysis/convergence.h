// How soon a run reaches the best value of the baseline's typical run.
//
// The target is the median over the baseline cell's runs of their best value.
// A run that does not reach it is censored: counted and shown, but not a number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/text/interval.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct ConvergenceRun {
  std::size_t trial = 0;
  std::optional<double> step;  // of the first evaluation at the target; none: censored
  std::string note;            // why censored: "best 2.31", "diverged"
};

struct ConvergenceRow {
  std::size_t cell = 0;
  std::size_t baseline = 0;          // the cell itself where it is the baseline
  std::optional<double> target;      // none where no baseline run has a curve
  std::vector<ConvergenceRun> runs;  // done or diverged, with a curve
  std::size_t planned = 0;
  std::size_t reached = 0;
  // Geometric mean of step(cell) / step(baseline) over the replicates where both
  // reached the target: below 1 is faster. None without such pairs.
  std::size_t pairs = 0;
  std::optional<double> ratio;
  std::optional<Interval> interval;  // of the log ratio, taken back; none below 2 pairs
};

struct Convergence {
  MetricInfo metric;
  std::vector<ConvergenceRow> rows;  // cells that are or have a baseline
};

// None where no metric of that name has a curve or no cell has a baseline. `metric` "":
// the one with role progress that has curves, else the primary metric, else the first of
// the experiment's metrics that has, of those whose steps count the experiment's clock.
std::optional<Convergence> converge(const SweepResults& results, const std::string& metric,
                                    double confidence);

}  // namespace polysweep
