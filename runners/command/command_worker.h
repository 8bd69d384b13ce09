// The worker of a sweep that declares a command: polysweep itself, as a host
// starts it for each slot.
#pragma once

#include <filesystem>
#include <string>

#include "framework/sweep/experiment.h"
#include "runners/process/worker_command.h"

namespace polysweep {

// How a host starts such workers: `polysweep` COMMAND-WORKER-WORD FILE, where
// FILE is the catalogue (of one experiment, with a command) in `store`. Writes
// that file.
inline constexpr const char* kCommandWorkerWord = "command-worker";
WorkerCommand command_worker(const std::filesystem::path& polysweep, const Catalogue& catalogue,
                             const std::filesystem::path& store);

// Serves the host at the other end of $POLYSWEEP_CHANNEL. Throws Error where the
// file is no such catalogue or the channel is not there.
void serve_command(const std::filesystem::path& catalogue_file);

}  // namespace polysweep
