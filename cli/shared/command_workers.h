// Workers for a sweep whose trials run a command.
#pragma once

#include "cli/shared/command.h"
#include "cli/shared/worker_program.h"
#include "runners/host/host.h"

namespace polysweep {

// Makes the snapshot of the worker's code in the store, or what is missing of it. `gc` spares
// it while a host has a lease.
void provide_snapshot(const Worker& worker, const std::filesystem::path& store);

// Sets workers and limits of `options` (whose store is set) where `worker` runs a
// command that a sweep declares; otherwise does nothing. --time-limit and
// --progress-limit override the file's. Kills processes that crashed runs left
// behind in this store. Throws Error where the program does not exist.
void use_command(const po::variables_map& given, const Worker& worker, HostOptions& options);

}  // namespace polysweep
