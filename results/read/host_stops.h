// Runs of a sweep that stopped for a reason of their own: a breaker, not their end and
// not a request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

struct HostStop {
  std::string host;
  std::int64_t stopped_us = 0;
  std::string reason;
};

// Of the hosts whose last run ran trials of the sweep (as last planned), by time.
// Throws Error that names the nearest known sweep.
std::vector<HostStop> host_stops(const Database& database, const std::string& sweep);

}  // namespace polysweep
