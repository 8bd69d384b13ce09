// The worker of a sweep that declares a command: polysweep itself, started by a host
// for each slot.
#pragma once

#include <filesystem>
#include <string>

#include "framework/core/provenance.h"
#include "framework/sweep/experiment.h"
#include "runners/process/worker_command.h"

namespace polysweep {

// How a host starts such workers: `polysweep command-worker FILE --world FACTS`. FILE is
// the catalogue (one experiment, with a command) and FACTS holds `world`, facts that the
// workers add to their provenance (code/user_world.h); this writes both to `store`.
inline constexpr const char* kCommandWorkerWord = "command-worker";
WorkerCommand command_worker(const std::filesystem::path& polysweep, const Catalogue& catalogue,
                             const std::filesystem::path& store, const Provenance& world);

// Serves the host at the other end of $POLYSWEEP_CHANNEL. Throws Error if the files are
// not such a catalogue and facts, or there is no channel.
void serve_command(const std::filesystem::path& catalogue_file,
                   const std::filesystem::path& world_file);

}  // namespace polysweep
