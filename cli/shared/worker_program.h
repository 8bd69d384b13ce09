// The program that runs trials, and the catalogue of experiments that it offers.
#pragma once

#include <filesystem>
#include <string>

#include "cli/shared/command.h"
#include "framework/sweep/experiment.h"

namespace polysweep {

// For a sweep whose trials run a command, `program` is polysweep itself and the
// catalogue holds the experiment that the sweep file declares.
struct Worker {
  std::filesystem::path program;
  Catalogue catalogue;
  std::string catalogue_digest;  // SHA-256 of the catalogue's JSON

  bool runs_command() const {
    return catalogue.experiments.size() == 1 && catalogue.experiments[0].command.has_value();
  }
};

// --worker PROGRAM.
void declare_worker(CommandOptions& options);

// The worker of --worker, else `polysweep-worker` beside this program. Its
// catalogue is requested once per build of the worker and cached in
// $XDG_CACHE_HOME/polysweep (or ~/.cache/polysweep) under the program's digest.
// Throws Error with the path where no worker was found.
Worker find_worker(const po::variables_map& given);

// The worker of an experiment that a sweep file declares.
Worker command_worker_of(const ExperimentSpec& spec);

// The path of this program.
std::filesystem::path own_program();

}  // namespace polysweep
