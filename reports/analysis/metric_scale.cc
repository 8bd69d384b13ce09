#include "reports/analysis/metric_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/analysis/sweep_series.h"

namespace polysweep {
namespace {

constexpr double kLogarithmicRange = 50;

}  // namespace

bool has_logarithmic_axis(const SweepResults& results, const std::string& metric) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto add = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  const auto all = series_of(results, metric);
  for (const SeriesResult& series : all) {
    if (results.trials[series.trial].state != TrialState::kDone) continue;
    add(series.minimum);
    add(series.maximum);
  }
  for (const TrialResult& trial : results.trials) {
    if (!all.empty() || trial.state != TrialState::kDone) continue;
    const auto found = trial.final_metrics.find(metric);
    if (found != trial.final_metrics.end()) add(found->second);
  }
  return low > 0 && high / low > kLogarithmicRange;
}

}  // namespace polysweep
