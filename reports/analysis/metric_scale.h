// Whether a metric is drawn on a logarithmic axis, the same in every figure of a report.
#pragma once

#include <string>

#include "results/read/sweep_results.h"

namespace polysweep {

// Whether the values of done runs are positive, and the largest is more than 50 times the
// smallest: those of its curves, or its last values where it has none.
bool has_logarithmic_axis(const SweepResults& results, const std::string& metric);

}  // namespace polysweep
