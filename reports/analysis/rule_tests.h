// The p-values of a comparison under its rule, and what the rule does not reject.
#pragma once

#include <vector>

#include "reports/analysis/comparison.h"

namespace polysweep {

// Fills what the tests of `comparison.options` say into its rows, whose pairs are known:
// p-values, fitted differences, equivalence, the decidable difference; and the error of
// the comparison. `values` are by cell.
void apply_tests(Comparison& comparison, const std::vector<CellValues>& values);

}  // namespace polysweep
