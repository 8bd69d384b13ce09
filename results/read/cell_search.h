// Finds cells by their levels without reading the plan: of a million in a fraction of a
// second.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/parameters.h"
#include "results/schema/database.h"

namespace polysweep {

// The numbers of the cells that have all of these levels, ascending, in the sweep as last
// planned. Throws Error that names the nearest known sweep.
std::vector<std::uint32_t> find_cell_numbers(const Database& database, const std::string& sweep,
                                             const Parameters& levels);

}  // namespace polysweep
