// The sweeps of a store by name, as last planned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

// Keys of the tables planning and revision.
struct LastPlanning {
  std::int64_t planning_id = 0;
  std::int64_t revision_id = 0;
};

std::optional<LastPlanning> find_last_planning(Connection& connection, const std::string& name);
// Throws Error that names the nearest known sweep.
LastPlanning last_planning(Connection& connection, const std::string& name);

// By name.
std::vector<std::string> sweep_names(const Database& database);

}  // namespace polysweep
