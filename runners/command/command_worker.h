// The worker of a sweep that declares a command: polysweep itself, started by a host
// for each slot.
#pragma once

#include <filesystem>
#include <string>

#include "framework/sweep/experiment.h"
#include "runners/process/worker_command.h"

namespace polysweep {

// How a host starts such workers: `polysweep command-worker FILE`. FILE is the
// catalogue (one experiment, with a command), which this writes to `store`.
inline constexpr const char* kCommandWorkerWord = "command-worker";
WorkerCommand command_worker(const std::filesystem::path& polysweep, const Catalogue& catalogue,
                             const std::filesystem::path& store);

// Serves the host at the other end of $POLYSWEEP_CHANNEL. Throws Error if the file is
// not such a catalogue or there is no channel.
void serve_command(const std::filesystem::path& catalogue_file);

}  // namespace polysweep
