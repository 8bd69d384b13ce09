// The order of cells by their mean.
#pragma once

#include <cstddef>
#include <vector>

#include "reports/analysis/cell_values.h"

namespace polysweep {

// Indexes of the cells that have all planned values, best mean first; ties in their
// order.
std::vector<std::size_t> best_cells(const std::vector<CellValues>& values, Goal goal);

}  // namespace polysweep
