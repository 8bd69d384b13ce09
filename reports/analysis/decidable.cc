#include "reports/analysis/decidable.h"

#include <cmath>

#include "framework/core/error.h"
#include "reports/analysis/pooled_test.h"
#include "reports/analysis/statistics.h"

namespace polysweep {

std::optional<double> Decidable::difference(const DemandedTest& test) const {
  if (!(test.degrees > 0) || !(test.standard_error > 0) || !std::isfinite(test.standard_error)) {
    return std::nullopt;
  }
  const auto [known, is_new] = noncentralities_.try_emplace({test.alpha, test.degrees}, 0);
  if (is_new) known->second = noncentrality_for_power(test.degrees, test.alpha, power_);
  return known->second * test.standard_error;
}

std::optional<std::size_t> replicates_for(const ReplicatesQuestion& question) {
  check(question.difference > 0 && question.error_sd > 0, "a difference and a spread are given");
  check(question.family > 0 && question.pooled_arms > 0, "a family has members");
  const double together = question.alpha / static_cast<double>(question.family);
  const double arms = static_cast<double>(question.pooled_arms);
  const double ratio = question.difference / question.error_sd;
  const auto enough = [&](std::size_t replicates) {
    const double n = static_cast<double>(replicates);
    const double shift = ratio * std::sqrt(n / 2);
    return t_power(shift, arms * (n - 1), together) >= question.power &&
           t_power(shift, n - 1, question.alpha) >= question.power;
  };
  if (!enough(kMostReplicates)) return std::nullopt;
  std::size_t low = kLeastPairs - 1;  // too few
  std::size_t high = kMostReplicates;
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace polysweep
