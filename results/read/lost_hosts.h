// Hosts that ended without recording it, and the trials that they left running.
//
// A host that is killed cannot record that it stopped, and the database contains
// what hosts recorded. A caller that knows which hosts are alive marks the others
// here; the readers of results/read/ then return their trials as pending.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

// One start of a host's journal writer.
struct HostStart {
  std::string host;
  std::uint64_t epoch = 0;

  friend bool operator==(const HostStart&, const HostStart&) = default;
};

// The last start of every host that has not recorded that it stopped, by name.
std::vector<HostStart> unstopped_hosts(const Database& database);

// Marks the trials that these hosts left running as lost. Replaces an earlier call.
void mark_lost_hosts(Database& database, const std::vector<HostStart>& lost);

}  // namespace polysweep
