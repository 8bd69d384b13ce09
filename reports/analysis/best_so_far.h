// The best of the first n values, and the best that n random trials are expected to give.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "framework/sweep/metric.h"

namespace polysweep {

// By number of values, from 1.
std::vector<double> best_so_far(std::span<const double> values, Goal goal);

// The expected best of n draws with replacement from the values, for each n of `numbers`:
// the sum over the values v of v (P(V <= v)^n - P(V < v)^n), P the values' empirical
// distribution; with lower is better mirrored (J. Dodge et al. 2019, Show your work,
// arXiv:1909.03004, section 3). Of at least one value.
std::vector<double> expected_best(std::span<const double> values, Goal goal,
                                  std::span<const std::size_t> numbers);

}  // namespace polysweep
