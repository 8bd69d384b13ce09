// How a sweep was planned before, where it had results then. For results/read alone.
#pragma once

#include <string>
#include <vector>

#include "results/read/last_planning.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// In the order of planning, without the last one. Only those that another planning
// followed when some of their trials were done.
std::vector<EarlierPlan> read_earlier_plans(Connection& connection, const std::string& sweep,
                                            const LastPlanning& last);

}  // namespace polysweep
