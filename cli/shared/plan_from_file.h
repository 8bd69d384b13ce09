// The plan that the arguments FILE and name=value of a command describe.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "cli/shared/command.h"
#include "cli/shared/worker_program.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

// A plan and what it was made from.
struct PlanFromFile {
  Worker worker;
  std::filesystem::path data_folder;
  std::map<std::string, std::string> data_digests;  // of the files read
  Plan plan;
  std::string description;  // of the plan, as the journal keeps it
};

// --data and --worker.
void declare_planning(CommandOptions& options);

// --data, else $POLYSWEEP_DATA, as an absolute path; "" for none.
std::filesystem::path data_folder(const po::variables_map& given);

// The experiment that a sweep file declares; empty where it declares none.
// Throws Error where the file is not valid.
std::optional<ExperimentSpec> declared_experiment(const std::filesystem::path& file);

// The plan of the arguments `file` and `overrides`. A sweep whose trials run a
// command needs no worker program. Throws Error.
PlanFromFile plan_from_file(const po::variables_map& given);

}  // namespace polysweep
