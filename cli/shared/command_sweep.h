// What a sweep with a command asks of `polysweep run`: its own workers, its own
// limits, and that nothing of it is left behind.
#pragma once

#include "cli/shared/command.h"
#include "cli/shared/planning.h"
#include "runners/host/host.h"

namespace polysweep {

// Sets workers and limits of `options` (whose store is set) where `worker` runs a
// command that a sweep declares; otherwise it does nothing. --time-limit and
// --progress-limit, where given, take the place of the file's. Kills what a
// crash has left of earlier runs in this store. Throws Error where the program
// is not there.
void use_command(const po::variables_map& given, const Worker& worker, HostOptions& options);

}  // namespace polysweep
