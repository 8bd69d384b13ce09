// How soon runs get where the baseline's runs get: a ladder of targets, the runs that reach
// each, and what they spend until then relative to the baseline.
//
// A target is start + f (best - start): start is the mean of the first evaluation of the
// baseline's done runs, best the mean of their best (of those whose first evaluation
// is finite); whether lower or higher is better follows the metric's goal.
// A run reaches it at its first evaluation that is at least as good, so between that and
// the last finite evaluation before. Evaluations are the points that are loaded, of a large
// sweep 64 of each run. A run that diverged never reaches a target, whatever it
// reached before.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/speed_ratio.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct ConvergenceTarget {
  std::optional<double> fraction;  // of the baseline's improvement
  double value = 0;                // without a fraction: in the unit of the metric
};

// "90%", or the value.
std::string target_name(const ConvergenceTarget& target);

// 25, 50, 75, 90 and 100% of the improvement.
std::vector<ConvergenceTarget> target_ladder();

// What is counted until a run reaches a target: steps, then the metrics with role budget
// or cost that have curves over the same steps. Of these, only runs count in which they
// never decrease.
struct ConvergenceCounter {
  std::string name;  // what steps count; the metric
  std::string unit;
  Role role = Role::kNone;  // of the metric; none: the steps
};

struct ConvergenceBaseline {
  std::size_t cell = 0;
  std::size_t runs = 0;  // that define start and best
  std::optional<double> start;
  std::optional<double> best;
  std::vector<std::optional<double>> targets;  // their values
  std::string reason;                          // why there are none
};

struct ConvergenceRun {
  std::size_t trial = 0;
  bool diverged = false;
  std::optional<double> best;                    // none: no finite evaluation
  std::vector<std::vector<Spending>> spendings;  // by counter and target
};

struct ConvergenceRow {
  std::size_t cell = 0;
  std::size_t baseline = 0;  // index into Convergence::baselines
  std::size_t planned = 0;
  std::vector<ConvergenceRun> runs;  // done or diverged, with a curve
  std::vector<std::size_t> reached;  // by target: how many of the runs
  // By counter and target, paired by replicate. Empty where the cell is the baseline; none
  // where the target has no value, or without pairs.
  std::vector<std::vector<std::optional<SpeedRatio>>> ratios;
};

struct Convergence {
  MetricInfo metric;
  std::vector<ConvergenceTarget> targets;
  std::vector<ConvergenceCounter> counters;  // the first: steps
  std::vector<ConvergenceBaseline> baselines;
  std::vector<ConvergenceRow> rows;  // cells that are or have a baseline

  const ConvergenceBaseline& baseline_of(const ConvergenceRow& row) const {
    return baselines[row.baseline];
  }
  bool is_baseline(const ConvergenceRow& row) const { return baseline_of(row).cell == row.cell; }
};

struct ConvergenceOptions {
  // "": the metric with role progress that has curves, else the primary metric, else the
  // first of the experiment's metrics that has, of those whose steps count the
  // experiment's clock.
  std::string metric;
  double confidence = 0.95;
  std::vector<ConvergenceTarget> targets = target_ladder();
};

// None where no metric of that name has a curve or no cell has a baseline.
std::optional<Convergence> converge(const SweepResults& results, const ConvergenceOptions& options);

}  // namespace polysweep
