// The program that runs trials, and the catalogue of experiments that it offers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/shared/command.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/file/worker_key.h"

namespace polysweep {

// For a sweep whose trials run a command, `program` is polysweep itself and the
// catalogue holds the experiment that the sweep file declares.
struct Worker {
  std::filesystem::path program;
  Catalogue catalogue;
  std::string catalogue_digest;  // SHA-256 of the catalogue's JSON
  // A store that has the snapshot of a command's code; "": the work tree has the code.
  std::filesystem::path code_store;

  bool runs_command() const {
    return catalogue.experiments.size() == 1 && catalogue.experiments[0].command.has_value();
  }
};

// --worker PROGRAM.
void declare_worker(CommandOptions& options);

// The worker of --worker (a path relative to the working folder), else the one that
// a sweep file names, else the built-in one: polysweep-worker beside this program or
// in the installation's folder of workers, where polysweep-plain-worker, which has
// the experiments that need no LibTorch, takes its place if it is not installed.
// Throws Error where it is not there or is not a worker (worker_catalogue.h), at the
// place in the sweep file if that named it.
Worker find_worker(const po::variables_map& given, const std::optional<NamedWorker>& named = {});

// find_worker() for a sweep file whose trials do not run a command.
Worker sweep_worker(const po::variables_map& given, const std::filesystem::path& file);

// The worker of an experiment that a sweep file declares.
Worker command_worker_of(const ExperimentSpec& spec);

// The path of this program.
std::filesystem::path own_program();

}  // namespace polysweep
