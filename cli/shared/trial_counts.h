// How many trials of a sweep are in each state, as commands print it.
#pragma once

#include <string>

#include "cli/shared/json_output.h"
#include "results/read/ledger.h"

namespace polysweep {

// "24 trials: 20 done, 1 running, 3 pending"; states without trials are left out,
// except done.
std::string counts_text(const StateCounts& counts);

// {"planned", "done", "running", "diverged", "failed", "pending"}
Json counts_json(const StateCounts& counts);

// Every trial has a result: it is done, or it diverged.
bool is_complete(const StateCounts& counts);

}  // namespace polysweep
