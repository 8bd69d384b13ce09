// The tests of a family of comparisons under its rule, on plain numbers: so a million cells
// are judged without loading their names.
#pragma once

#include <vector>

#include "reports/analysis/comparison.h"
#include "results/read/metric_values.h"

namespace polysweep {

struct FamilyTests {
  FamilyFacts facts;
  std::vector<TestedComparison> rows;  // by cell: of every cell of the family
};

// Cells are those of `values`.
FamilyTests test_family(const MetricValues& values, const ComparisonOptions& options);

}  // namespace polysweep
