#include "reports/convergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/cell_values.h"

namespace polysweep {
namespace {

using CurveOfTrial = std::map<std::size_t, const Curve*>;

bool at_least_as_good(double value, double target, Goal goal) {
  return goal == Goal::kMinimize ? value <= target : value >= target;
}

std::optional<double> best_of(const Curve& curve, Goal goal) {
  std::optional<double> best;
  for (const auto& point : curve.points) {
    if (!std::isfinite(point.value)) continue;
    if (!best || at_least_as_good(point.value, *best, goal)) best = point.value;
  }
  return best;
}

std::optional<double> target_of(const SweepResults& results, const CurveOfTrial& curves,
                                std::size_t baseline, Goal goal) {
  std::vector<double> bests;
  for (std::size_t trial : results.cells[baseline].trials) {
    const auto found = curves.find(trial);
    if (results.trials[trial].state != TrialState::kDone || found == curves.end()) continue;
    if (const auto best = best_of(*found->second, goal)) bests.push_back(*best);
  }
  if (bests.empty()) return std::nullopt;
  return median_of(bests);
}

ConvergenceRun run_of(const TrialResult& trial, std::size_t index, const Curve& curve,
                      double target, Goal goal) {
  ConvergenceRun run;
  run.trial = index;
  if (trial.state == TrialState::kDiverged) {
    run.note = "diverged";
    return run;
  }
  for (const auto& point : curve.points) {
    if (std::isfinite(point.value) && at_least_as_good(point.value, target, goal)) {
      run.step = static_cast<double>(point.step);
      return run;
    }
  }
  const auto best = best_of(curve, goal);
  run.note = best ? fmt::format("best {:.4g}", *best) : "no finite value";
  return run;
}

std::vector<ConvergenceRun> runs_of(const SweepResults& results, const CurveOfTrial& curves,
                                    std::size_t cell, double target, Goal goal) {
  std::vector<ConvergenceRun> runs;
  for (std::size_t index : results.cells[cell].trials) {
    const TrialResult& trial = results.trials[index];
    const auto found = curves.find(index);
    const bool ended = trial.state == TrialState::kDone || trial.state == TrialState::kDiverged;
    if (ended && found != curves.end()) {
      runs.push_back(run_of(trial, index, *found->second, target, goal));
    }
  }
  return runs;
}

void set_ratio(ConvergenceRow& row, const SweepResults& results,
               const std::vector<ConvergenceRun>& baseline_runs, double confidence) {
  std::vector<double> logs;
  for (const auto& run : row.runs) {
    for (const auto& other : baseline_runs) {
      const bool same =
          results.trials[run.trial].replicate == results.trials[other.trial].replicate;
      if (!same || !run.step || !other.step || *run.step <= 0 || *other.step <= 0) continue;
      logs.push_back(std::log(*run.step / *other.step));
    }
  }
  row.pairs = logs.size();
  if (logs.empty()) return;
  row.ratio = std::exp(mean_of(logs));
  if (const auto interval = t_interval(logs, confidence)) {
    row.interval = Interval{std::exp(interval->low), std::exp(interval->high)};
  }
}

std::string chosen_metric(const SweepResults& results, const std::string& metric) {
  if (!metric.empty()) return metric;
  for (const std::string& name : {std::string("validation_loss"), results.primary.name}) {
    if (results.curves.count(name) != 0) return name;
  }
  for (const auto& known : results.metrics) {
    if (results.curves.count(known.name) != 0) return known.name;
  }
  return results.primary.name;
}

}  // namespace

std::optional<Convergence> converge(const SweepResults& results, const std::string& metric,
                                    double confidence) {
  const auto found = results.curves.find(chosen_metric(results, metric));
  if (found == results.curves.end()) return std::nullopt;
  CurveOfTrial curves;
  for (const auto& curve : found->second) curves[curve.trial] = &curve;

  Convergence convergence;
  convergence.metric = metric_info(results, found->first);
  const Goal goal = convergence.metric.goal;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    const CellResult& cell = results.cells[i];
    if (cell.baseline < 0 && !cell.is_baseline) continue;
    ConvergenceRow row;
    row.cell = i;
    row.baseline = cell.baseline < 0 ? i : static_cast<std::size_t>(cell.baseline);
    row.planned = cell.trials.size();
    row.target = target_of(results, curves, row.baseline, goal);
    if (row.target) {
      row.runs = runs_of(results, curves, i, *row.target, goal);
      row.reached = static_cast<std::size_t>(
          std::count_if(row.runs.begin(), row.runs.end(),
                        [](const ConvergenceRun& run) { return run.step.has_value(); }));
      if (row.baseline != i) {
        set_ratio(row, results, runs_of(results, curves, row.baseline, *row.target, goal),
                  confidence);
      }
    }
    convergence.rows.push_back(std::move(row));
  }
  if (convergence.rows.empty()) return std::nullopt;
  return convergence;
}

}  // namespace polysweep
