// The plan of a sweep as the database holds it. For results/read alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/plan/cell.h"
#include "framework/sweep/plan/plan_description.h"
#include "results/read/last_planning.h"
#include "results/schema/connection.h"

namespace polysweep {

// Reads planning.description of `sweep`. Throws Error that names the sweep.
// Of a planning.
PlanDescription read_description_of(Connection& connection, const std::string& sweep,
                                    const LastPlanning& planning);
PlanDescription read_description(const std::string& sweep, std::string_view description);

// The cells of a revision with these numbers, in this order; all, by number, if none
// is named. Throws Error if one is missing.
std::vector<Cell> read_cells(Connection& connection, std::int64_t revision_id,
                             const std::vector<std::uint32_t>& chosen = {});

}  // namespace polysweep
