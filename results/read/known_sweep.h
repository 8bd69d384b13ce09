// The sweep of a name, as last planned. For results/*.cc alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "results/schema/connection.h"

namespace polysweep {

struct KnownSweep {
  std::int64_t planning_id = 0;
  std::int64_t revision_id = 0;
};

std::optional<KnownSweep> find_sweep(Connection& connection, const std::string& name);
// Throws Error that names the nearest known sweep.
KnownSweep known_sweep(Connection& connection, const std::string& name);

}  // namespace polysweep
