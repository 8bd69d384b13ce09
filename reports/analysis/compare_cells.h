// Compares every cell of a sweep with its baseline and judges the differences.
#pragma once

#include <vector>

#include "reports/analysis/family_tests.h"

namespace polysweep {

// `values` are those of `metric`, by cell. Linear in cells. The goal is the metric's.
Comparison compare(const SweepResults& results, const std::vector<CellValues>& values,
                   const MetricInfo& metric, ComparisonOptions options, Bootstrap& bootstrap);

// The same of a family that is tested already: its rows are by cell of `results`, which may
// have only some of the family.
Comparison compare_tested(const SweepResults& results, const std::vector<CellValues>& values,
                          const MetricInfo& metric, FamilyTests tested, Bootstrap& bootstrap);

}  // namespace polysweep
