#include "reports/analysis/detectable.h"

#include <cmath>

#include "reports/analysis/statistics.h"

namespace polysweep {

std::optional<double> Detectable::difference(const DemandedTest& test) const {
  if (!(test.degrees > 0) || !(test.standard_error > 0) || !std::isfinite(test.standard_error)) {
    return std::nullopt;
  }
  const auto [known, is_new] = noncentralities_.try_emplace({test.alpha, test.degrees}, 0);
  if (is_new) known->second = noncentrality_for_power(test.degrees, test.alpha, power_);
  return known->second * test.standard_error;
}

}  // namespace polysweep
