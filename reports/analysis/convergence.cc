#include "reports/analysis/convergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>
#include <unordered_map>

#include "reports/analysis/statistics.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

using Points = std::vector<BoundedPoint>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Spending kNever{kInfinity, kInfinity};
constexpr Spending kUnknown{0, kInfinity};
constexpr std::size_t kRunsAtOnce = 4096;  // whose curves are held in memory

std::optional<double> best_of(const Points& points, Goal goal) {
  if (points.empty()) return std::nullopt;
  const double best = goal == Goal::kMinimize ? points.back().lowest : points.back().highest;
  return std::isfinite(best) ? std::optional(best) : std::nullopt;
}

// The evaluations between which a run first reaches a target.
struct Crossing {
  std::optional<std::int64_t> before;  // the last finite one that does not
  std::optional<std::int64_t> step;    // none: never
};

Crossing crossing_of(const Points& points, Goal goal, double target) {
  Crossing crossing;
  for (const BoundedPoint& point : points) {
    if (goal == Goal::kMinimize ? point.lowest <= target : point.highest >= target) {
      crossing.step = point.step;
      break;
    }
    if (std::isfinite(point.value)) crossing.before = point.step;
  }
  return crossing;
}

Spending steps_spent(const Crossing& crossing) {
  const double low = std::max(0.0, static_cast<double>(crossing.before.value_or(0)));
  if (!crossing.step) return {low, kInfinity};
  return {low, std::max(low, static_cast<double>(*crossing.step))};
}

// Whether a counter's values are those of something that is spent.
bool counts_up(const Points& counter) {
  double before = 0;
  for (const BoundedPoint& point : counter) {
    if (!(point.value >= before) || std::isinf(point.value)) return false;
    before = point.value;
  }
  return !counter.empty();
}

// A counter that has no value at an evaluation counts as between its neighbours there.
Spending counter_spent(const Crossing& crossing, const Points& counter) {
  const auto until = [](const BoundedPoint& point, std::int64_t step) { return point.step < step; };
  Spending spent = kUnknown;
  if (crossing.before) {
    const auto after = std::partition_point(
        counter.begin(), counter.end(),
        [&](const BoundedPoint& point) { return point.step <= *crossing.before; });
    if (after != counter.begin()) spent.low = std::prev(after)->value;
  }
  if (crossing.step) {
    const auto at = std::lower_bound(counter.begin(), counter.end(), *crossing.step, until);
    if (at != counter.end()) spent.high = at->value;
  }
  return spent;
}

class Converging {
 public:
  Converging(const SweepResults& results, const ConvergenceOptions& options, std::string metric)
      : results_(results), confidence_(options.confidence) {
    out_.metric = metric_info(results, metric);
    out_.targets = options.targets;
  }

  std::optional<Convergence> run() {
    add_counters();
    add_rows();
    if (out_.rows.empty()) return std::nullopt;
    for (ConvergenceBaseline& baseline : out_.baselines) set_targets(baseline);
    std::vector<Asked> asked;
    for (std::size_t row = 0; row < out_.rows.size(); ++row) {
      for (const std::size_t trial : results_.cells[out_.rows[row].cell].trials) {
        if (has_result(results_.trials[trial].state)) asked.push_back({row, trial});
      }
    }
    const std::span<const Asked> all(asked);
    for (std::size_t at = 0; at < all.size(); at += kRunsAtOnce) {
      add_runs(all.subspan(at, std::min(kRunsAtOnce, all.size() - at)));
    }
    set_ratios();
    return std::move(out_);
  }

 private:
  struct Asked {
    std::size_t row, trial;
  };

  void add_counters() {
    out_.counters.push_back({out_.metric.step, "", Role::kNone});
    for (const Role role : {Role::kBudget, Role::kCost}) {
      for (const std::string& name : metrics_with(results_, role)) {
        const MetricInfo metric = metric_info(results_, name);
        const bool counts = metric.step == out_.metric.step && name != out_.metric.name;
        if (counts && results_.curves.count(name) != 0) {
          out_.counters.push_back({name, metric.unit, role});
        }
      }
    }
  }

  void add_rows() {
    std::map<std::size_t, std::size_t> baselines;  // cell -> index
    for (std::size_t i = 0; i < results_.cells.size(); ++i) {
      const CellResult& cell = results_.cells[i];
      if (cell.baseline < 0 && !cell.is_baseline) continue;
      const std::size_t baseline = cell.baseline < 0 ? i : static_cast<std::size_t>(cell.baseline);
      const auto [known, is_new] = baselines.try_emplace(baseline, out_.baselines.size());
      if (is_new) out_.baselines.push_back({baseline, 0, {}, {}, {}, ""});
      ConvergenceRow row;
      row.cell = i;
      row.baseline = known->second;
      row.planned = cell.trials.size();
      row.reached.resize(out_.targets.size());
      out_.rows.push_back(std::move(row));
    }
  }

  void set_targets(ConvergenceBaseline& baseline) const {
    const Goal goal = out_.metric.goal;
    std::vector<std::size_t> done;
    for (const std::size_t trial : results_.cells[baseline.cell].trials) {
      if (results_.trials[trial].state == TrialState::kDone) done.push_back(trial);
    }
    std::vector<double> firsts;
    std::vector<double> bests;
    for (const Points& points : bounded_curves_of(results_, out_.metric.name, done)) {
      if (points.empty() || !std::isfinite(points.front().value)) continue;
      firsts.push_back(points.front().value);
      bests.push_back(*best_of(points, goal));
    }
    baseline.runs = firsts.size();
    if (firsts.empty()) {
      baseline.reason = "no done run whose first evaluation is finite";
    } else {
      baseline.start = mean_of(firsts);
      baseline.best = mean_of(bests);
      const bool improves = goal == Goal::kMinimize ? *baseline.best < *baseline.start
                                                    : *baseline.best > *baseline.start;
      if (!improves) baseline.reason = "its runs do not improve on their first evaluation";
    }
    for (const ConvergenceTarget& target : out_.targets) {
      baseline.targets.push_back(value_of(target, baseline));
    }
  }

  // A value that runs of the baseline reach exactly stays reached where means are rounded.
  std::optional<double> value_of(const ConvergenceTarget& target,
                                 const ConvergenceBaseline& baseline) const {
    if (!target.fraction) return target.value;
    if (!baseline.reason.empty()) return std::nullopt;
    const double start = *baseline.start;
    const double best = *baseline.best;
    const double rounding =
        8 * std::numeric_limits<double>::epsilon() * std::max(std::abs(start), std::abs(best));
    const double value = start * (1 - *target.fraction) + best * *target.fraction;
    const double eased = out_.metric.goal == Goal::kMinimize ? value + rounding : value - rounding;
    return std::isfinite(eased) ? std::optional(eased) : std::nullopt;
  }

  void add_runs(std::span<const Asked> asked) {
    std::vector<std::size_t> trials;
    for (const Asked& each : asked) trials.push_back(each.trial);
    const auto curves = bounded_curves_of(results_, out_.metric.name, trials);
    std::vector<std::vector<Crossing>> crossings(asked.size());
    std::vector<ConvergenceRun*> runs(asked.size());
    // Of a row, so that no run moves while it is pointed to.
    for (const Asked& each : asked) out_.rows[each.row].runs.reserve(out_.rows[each.row].planned);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (curves[i].empty()) continue;
      ConvergenceRow& row = out_.rows[asked[i].row];
      runs[i] = &row.runs.emplace_back();
      runs[i]->trial = asked[i].trial;
      runs[i]->diverged = results_.trials[asked[i].trial].state == TrialState::kDiverged;
      runs[i]->best = best_of(curves[i], out_.metric.goal);
      const auto& targets = out_.baseline_of(row).targets;
      for (std::size_t t = 0; t < targets.size(); ++t) {
        crossings[i].push_back(targets[t] ? crossing_of(curves[i], out_.metric.goal, *targets[t])
                                          : Crossing());
        if (crossings[i][t].step && !runs[i]->diverged) ++row.reached[t];
      }
    }
    for (std::size_t c = 0; c < out_.counters.size(); ++c) {
      const auto counters = c == 0 ? std::vector<Points>(asked.size())
                                   : bounded_curves_of(results_, out_.counters[c].name, trials);
      for (std::size_t i = 0; i < asked.size(); ++i) {
        if (runs[i] == nullptr) continue;
        const bool counted = c == 0 || counts_up(counters[i]);
        auto& spendings = runs[i]->spendings.emplace_back();
        for (const Crossing& crossing : crossings[i]) {
          spendings.push_back(runs[i]->diverged ? kNever
                              : c == 0          ? steps_spent(crossing)
                              : counted         ? counter_spent(crossing, counters[i])
                                                : kUnknown);
        }
      }
    }
  }

  void set_ratios() {
    std::vector<const ConvergenceRow*> rows_of(out_.baselines.size());
    for (const ConvergenceRow& row : out_.rows) {
      if (out_.is_baseline(row)) rows_of[row.baseline] = &row;
    }
    for (ConvergenceRow& row : out_.rows) {
      const ConvergenceRow* baseline = rows_of[row.baseline];
      if (out_.is_baseline(row) || baseline == nullptr) continue;
      const auto pairs = pairs_of(row, *baseline);
      row.ratios.resize(out_.counters.size());
      for (std::size_t c = 0; c < out_.counters.size(); ++c) {
        for (std::size_t t = 0; t < out_.targets.size(); ++t) {
          auto ratio = out_.baseline_of(row).targets[t] ? ratio_of(pairs, c, t) : std::nullopt;
          if (ratio && c > 0) {  // where only the counter is unknown, the target was reached
            ratio->cell_never = row.ratios[0][t]->cell_never;
            ratio->baseline_never = row.ratios[0][t]->baseline_never;
          }
          row.ratios[c].push_back(ratio);
        }
      }
    }
  }

  using RunPairs = std::vector<std::pair<const ConvergenceRun*, const ConvergenceRun*>>;

  RunPairs pairs_of(const ConvergenceRow& row, const ConvergenceRow& baseline) const {
    std::unordered_map<std::string, const ConvergenceRun*> others;
    for (const ConvergenceRun& run : baseline.runs) {
      others[results_.trials[run.trial].replicate] = &run;
    }
    RunPairs pairs;
    for (const ConvergenceRun& run : row.runs) {
      const auto other = others.find(results_.trials[run.trial].replicate);
      if (other != others.end()) pairs.emplace_back(&run, other->second);
    }
    return pairs;
  }

  std::optional<SpeedRatio> ratio_of(const RunPairs& pairs, std::size_t counter,
                                     std::size_t target) const {
    std::vector<SpendingPair> spent;
    for (const auto& [run, other] : pairs) {
      spent.push_back({run->spendings[counter][target], other->spendings[counter][target]});
    }
    return speed_ratio(spent, confidence_);
  }

  const SweepResults& results_;
  double confidence_;
  Convergence out_;
};

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

std::string target_name(const ConvergenceTarget& target) {
  return target.fraction ? fmt::format("{:g}%", *target.fraction * 100)
                         : significant_text(target.value);
}

std::vector<ConvergenceTarget> target_ladder() {
  return {{0.25, 0}, {0.5, 0}, {0.75, 0}, {0.9, 0}, {1.0, 0}};
}

std::optional<Convergence> converge(const SweepResults& results,
                                    const ConvergenceOptions& options) {
  const std::string name = chosen_metric(results, options.metric);
  if (results.curves.count(name) == 0) return std::nullopt;
  return Converging(results, options, name).run();
}

}  // namespace polysweep
