#include "reports/analysis/convergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "reports/analysis/statistics.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"

namespace polysweep {
namespace {

// The series of a metric by trial.
using SeriesOfTrial = std::map<std::size_t, SeriesResult>;

std::optional<double> best_of(const SeriesResult& series, Goal goal) {
  const double best = goal == Goal::kMinimize ? series.minimum : series.maximum;
  return std::isnan(best) ? std::nullopt : std::optional(best);
}

std::optional<double> target_of(const SweepResults& results, const SeriesOfTrial& series,
                                std::size_t baseline, Goal goal) {
  std::vector<double> bests;
  for (std::size_t trial : results.cells[baseline].trials) {
    const auto found = series.find(trial);
    if (results.trials[trial].state != TrialState::kDone || found == series.end()) continue;
    if (const auto best = best_of(found->second, goal)) bests.push_back(*best);
  }
  if (bests.empty()) return std::nullopt;
  return median_of(bests);
}

bool reaches(const SeriesResult& series, Goal goal, double target) {
  const auto best = best_of(series, goal);
  return best && (goal == Goal::kMinimize ? *best <= target : *best >= target);
}

// The runs of a cell; of those that reach the target the step is not known yet.
std::vector<ConvergenceRun> runs_of(const SweepResults& results, const SeriesOfTrial& series,
                                    std::size_t cell, double target, Goal goal) {
  std::vector<ConvergenceRun> runs;
  for (std::size_t index : results.cells[cell].trials) {
    const TrialState state = results.trials[index].state;
    const auto found = series.find(index);
    if (!has_result(state) || found == series.end()) continue;
    ConvergenceRun run;
    run.trial = index;
    const auto best = best_of(found->second, goal);
    if (state == TrialState::kDiverged) {
      run.note = "diverged";
    } else if (!reaches(found->second, goal, target)) {
      run.note = best ? fmt::format("best {:.4g}", *best) : "no finite value";
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

// Asks for all steps at once.
void set_steps(Convergence& convergence, const SweepResults& results) {
  std::vector<CurvesOnDemand::Target> targets;
  std::vector<ConvergenceRun*> asked;
  for (ConvergenceRow& row : convergence.rows) {
    for (ConvergenceRun& run : row.runs) {
      if (!run.note.empty()) continue;
      targets.push_back({run.trial, *row.target});
      asked.push_back(&run);
    }
  }
  const auto steps =
      first_reaching(results, convergence.metric.name, convergence.metric.goal, targets);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (steps[i]) asked[i]->step = static_cast<double>(*steps[i]);
  }
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
  for (const std::string& name : metrics_with(results, Role::kProgress)) {
    if (results.curves.count(name) != 0) return name;
  }
  const auto follows_the_clock = [&](const MetricInfo& known) {
    return results.curves.count(known.name) != 0 && known.step == results.clock;
  };
  if (follows_the_clock(results.primary)) return results.primary.name;
  for (const auto& known : results.metrics) {
    if (follows_the_clock(known)) return known.name;
  }
  return results.primary.name;
}

}  // namespace

std::optional<Convergence> converge(const SweepResults& results, const std::string& metric,
                                    double confidence) {
  const std::string name = chosen_metric(results, metric);
  if (results.curves.count(name) == 0) return std::nullopt;
  SeriesOfTrial series;
  for (const SeriesResult& each : series_of(results, name)) series[each.trial] = each;

  Convergence convergence;
  convergence.metric = metric_info(results, name);
  const Goal goal = convergence.metric.goal;
  std::map<std::size_t, std::size_t> row_of;  // by cell
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    const CellResult& cell = results.cells[i];
    if (cell.baseline < 0 && !cell.is_baseline) continue;
    ConvergenceRow row;
    row.cell = i;
    row.baseline = cell.baseline < 0 ? i : static_cast<std::size_t>(cell.baseline);
    row.planned = cell.trials.size();
    row.target = target_of(results, series, row.baseline, goal);
    if (row.target) row.runs = runs_of(results, series, i, *row.target, goal);
    row_of[i] = convergence.rows.size();
    convergence.rows.push_back(std::move(row));
  }
  if (convergence.rows.empty()) return std::nullopt;
  set_steps(convergence, results);
  for (ConvergenceRow& row : convergence.rows) {
    row.reached = static_cast<std::size_t>(
        std::count_if(row.runs.begin(), row.runs.end(),
                      [](const ConvergenceRun& run) { return run.step.has_value(); }));
    // A baseline has its own median as its target.
    const auto baseline = row_of.find(row.baseline);
    if (row.baseline != row.cell && row.target && baseline != row_of.end()) {
      set_ratio(row, results, convergence.rows[baseline->second].runs, confidence);
    }
  }
  return convergence;
}

}  // namespace polysweep
