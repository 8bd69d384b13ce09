// The names of a sweep's cells, the same in all commands, reports and figures.
#pragma once

#include <string>
#include <vector>

#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

// "rope, dimension 64", by index of the cell; that of a baseline ends in
// " (baseline)". Throws Error that names the nearest known sweep.
std::vector<std::string> cell_names(const Database& database, const std::string& sweep);

// The same of cells that were loaded already.
std::vector<std::string> cell_names(const SweepResults& results);

}  // namespace polysweep
