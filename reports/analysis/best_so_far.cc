#include "reports/analysis/best_so_far.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"

namespace polysweep {

std::vector<double> best_so_far(std::span<const double> values, Goal goal) {
  std::vector<double> best;
  for (const double value : values) {
    const bool first = best.empty();
    best.push_back(first                     ? value
                   : goal == Goal::kMinimize ? std::min(best.back(), value)
                                             : std::max(best.back(), value));
  }
  return best;
}

std::vector<double> expected_best(std::span<const double> values, Goal goal,
                                  std::span<const std::size_t> numbers) {
  check(!values.empty(), "the best is that of at least one value");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  if (goal == Goal::kMinimize) std::reverse(sorted.begin(), sorted.end());
  const auto count = static_cast<double>(sorted.size());
  std::vector<double> expected;
  for (const std::size_t n : numbers) {
    double sum = 0;
    double below = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      // Ties need no care: their terms add up to that of the one value.
      const double up_to = std::pow(static_cast<double>(i + 1) / count, static_cast<double>(n));
      sum += sorted[i] * (up_to - below);
      below = up_to;
    }
    expected.push_back(sum);
  }
  return expected;
}

}  // namespace polysweep
