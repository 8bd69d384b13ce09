// From the words of a command line to a plan: worker, catalogue, sweep, data.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "cli/shared/command.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

// The program that runs trials, and what it says it can run. For a sweep with a
// command it is this program, and the catalogue holds what the file declares.
struct Worker {
  std::filesystem::path program;
  Catalogue catalogue;
  std::string catalogue_digest;  // SHA-256 of the catalogue's JSON

  bool runs_command() const {
    return catalogue.experiments.size() == 1 && catalogue.experiments[0].command.has_value();
  }
};

// The worker of --worker, else `polysweep-worker` beside this program. Its
// catalogue is asked for once per build of the worker and kept in
// $XDG_CACHE_HOME/polysweep (or ~/.cache/polysweep) under the digest of the
// program. Throws Error that says where it looked.
Worker find_worker(const po::variables_map& given);

// A plan and what it was made from.
struct Planned {
  Worker worker;
  std::filesystem::path data_folder;
  std::map<std::string, std::string> data_digests;  // of the files read
  Plan plan;
};

// This program's own path.
std::filesystem::path own_program();

// The worker of an experiment that a sweep file declares.
Worker command_worker_of(const ExperimentSpec& spec);

// --data, else $POLYSWEEP_DATA, as an absolute path; "" for none.
std::filesystem::path data_folder(const po::variables_map& given);

// The experiment that a sweep file declares; empty where it declares none.
// Throws Error where the file is not right.
std::optional<ExperimentSpec> declared_experiment(const std::filesystem::path& file);

// The plan of the words `file` and `overrides`. A sweep with a command needs no worker program.
// Throws Error.
Planned make_plan(const po::variables_map& given);

}  // namespace polysweep
