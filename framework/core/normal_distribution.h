// The standard normal distribution.
#pragma once

namespace polysweep {

// The probability of a value of `x` or less.
double normal_probability(double x);

// The inverse: `probability` is above 0 and below 1.
double normal_quantile(double probability);

}  // namespace polysweep
