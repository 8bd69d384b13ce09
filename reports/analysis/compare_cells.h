// Compares every cell of a sweep with its baseline and judges the differences.
#pragma once

#include <vector>

#include "reports/analysis/comparison.h"

namespace polysweep {

// `values` are those of `metric`, by cell. Linear in cells.
Comparison compare(const SweepResults& results, const std::vector<CellValues>& values,
                   const MetricInfo& metric, const ComparisonOptions& options,
                   Bootstrap& bootstrap);

}  // namespace polysweep
