#include "framework/core/normal_distribution.h"

#include <cmath>
#include <numbers>

#include "framework/core/error.h"

namespace polysweep {

double normal_probability(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

// By bisection to the last bit. erfc() is precise in the lower tail only.
double normal_quantile(double probability) {
  check(probability > 0 && probability < 1, "a quantile is that of a probability within 0 and 1");
  if (probability > 0.5) return -normal_quantile(1 - probability);
  double low = -40;
  double high = 0;
  while (true) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    (normal_probability(middle) < probability ? low : high) = middle;
  }
}

}  // namespace polysweep
