#include "reports/analysis/speed_ratio.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "framework/core/error.h"
#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Of ratios: where each pair's lies, and its value at the ends of both.
struct PairRatios {
  std::vector<double> lows, highs, points;
};

// 0/0 and inf/inf can be anything: `unknown`.
double quotient(double over, double under, double unknown) {
  const double ratio = over / under;
  return std::isnan(ratio) ? unknown : ratio;
}

PairRatios ratios_of(std::span<const SpendingPair> pairs) {
  PairRatios out;
  for (const SpendingPair& pair : pairs) {
    check(pair.cell.low >= 0 && pair.cell.low <= pair.cell.high, "spending is a range");
    check(pair.baseline.low >= 0 && pair.baseline.low <= pair.baseline.high, "spending is a range");
    out.lows.push_back(quotient(pair.cell.low, pair.baseline.high, 0));
    out.highs.push_back(quotient(pair.cell.high, pair.baseline.low, kInfinity));
    out.points.push_back(quotient(pair.cell.high, pair.baseline.high, kInfinity));
  }
  return out;
}

bool positive(double ratio) { return ratio > 0 && std::isfinite(ratio); }

std::vector<double> logs_of(const std::vector<double>& ratios) {
  std::vector<double> logs;
  logs.reserve(ratios.size());
  for (const double ratio : ratios) logs.push_back(std::log(ratio));
  return logs;
}

// `bound` where a ratio is 0 or infinite.
double geometric_mean(const std::vector<double>& ratios, double bound) {
  if (!std::all_of(ratios.begin(), ratios.end(), positive)) return bound;
  return std::exp(mean_of(logs_of(ratios)));
}

std::optional<Interval> joined_t_interval(const PairRatios& ratios, double confidence) {
  const auto of_points = t_interval(logs_of(ratios.points), confidence);
  if (!of_points) return std::nullopt;
  Interval joined{std::exp(of_points->low), std::exp(of_points->high)};
  const auto join = [&](const std::vector<double>& ends) {
    if (!std::all_of(ends.begin(), ends.end(), positive)) return false;
    const auto of_ends = t_interval(logs_of(ends), confidence);
    joined.low = std::min(joined.low, std::exp(of_ends->low));
    joined.high = std::max(joined.high, std::exp(of_ends->high));
    return true;
  };
  if (!join(ratios.lows)) joined.low = 0;
  if (!join(ratios.highs)) joined.high = kInfinity;
  return joined;
}

// The mean on the log scale of the middle two of an even number; where one of them is 0
// or infinite, the one of them that bounds less: `upper` says on which side.
double median_bound(const std::vector<double>& sorted, bool upper) {
  const double high = sorted[sorted.size() / 2];
  if (sorted.size() % 2 == 1) return high;
  const double low = sorted[sorted.size() / 2 - 1];
  if (low == high || !positive(low) || !positive(high)) return upper ? high : low;
  return std::exp((std::log(low) + std::log(high)) / 2);
}

// How many of n sorted values to count from each end so that the ends hold the median
// with that confidence; 0: n values are too few.
std::size_t order_of_ends(std::size_t n, double confidence) {
  const double log_all = static_cast<double>(n) * std::log(2.0);
  double tail = 0;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    const auto size = static_cast<double>(n);
    const auto chosen = static_cast<double>(k);
    tail += std::exp(std::lgamma(size + 1) - std::lgamma(chosen + 1) -
                     std::lgamma(size - chosen + 1) - log_all);
    if (2 * tail > 1 - confidence) return k;
  }
  return n / 2;
}

void set_median(SpeedRatio& out, PairRatios& ratios, double confidence) {
  std::sort(ratios.lows.begin(), ratios.lows.end());
  std::sort(ratios.highs.begin(), ratios.highs.end());
  out.bounds = {median_bound(ratios.lows, false), median_bound(ratios.highs, true)};
  if (const std::size_t end = order_of_ends(out.pairs, confidence); end > 0) {
    out.interval = Interval{ratios.lows[end - 1], ratios.highs[out.pairs - end]};
  }
}

}  // namespace

std::optional<SpeedRatio> speed_ratio(std::span<const SpendingPair> pairs, double confidence) {
  if (pairs.empty()) return std::nullopt;
  SpeedRatio out;
  out.pairs = pairs.size();
  for (const SpendingPair& pair : pairs) {
    if (std::isinf(pair.cell.high)) ++out.cell_never;
    if (std::isinf(pair.baseline.high)) ++out.baseline_never;
  }
  PairRatios ratios = ratios_of(pairs);
  if (!std::all_of(ratios.points.begin(), ratios.points.end(), positive)) {
    set_median(out, ratios, confidence);
    return out;
  }
  out.ratio = geometric_mean(ratios.points, 0);
  out.bounds = {geometric_mean(ratios.lows, 0), geometric_mean(ratios.highs, kInfinity)};
  out.interval = joined_t_interval(ratios, confidence);
  return out;
}

}  // namespace polysweep
