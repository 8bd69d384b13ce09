// The plan that the arguments FILE and name=value of a command describe.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cli/shared/command.h"
#include "cli/shared/worker_program.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/plan/plan.h"
#include "framework/sweep/plan/plan_selection.h"

namespace polysweep {

// A plan and what it was made from.
struct PlanFromFile {
  Worker worker;
  std::filesystem::path data_folder;
  std::map<std::string, std::string> data_digests;  // of the files read
  Plan plan;
  std::string description;  // of the plan, as the journal keeps it
  PlanSelection selection;  // of the overrides; without any: no words, all trials
};

// --data and --worker.
void declare_planning(CommandOptions& options);

// --data, else $POLYSWEEP_DATA, as an absolute path; "" for none.
std::filesystem::path data_folder(const po::variables_map& given);

// The experiment that a sweep file declares; empty where it declares none.
// Throws Error where the file is not valid.
std::optional<ExperimentSpec> declared_experiment(const std::filesystem::path& file);

// --as and --code: see plan_from_file().
void declare_selection(CommandOptions& options);

// The plan of the argument `file`, of which the argument `overrides` selects trials.
// With --as NAME, the plan of a sweep of that name, in which the overrides replace
// what the file says. With --code DIGEST its trials have the code of that snapshot of the
// store. A sweep whose trials run a command needs no worker program.
// Throws Error; for overrides that do not select, one that has the command line of
// `command` with --as.
PlanFromFile plan_from_file(const po::variables_map& given, std::string_view command);

// The sweep of a file that runs a command, with these overrides in place of what it says.
// Throws Error.
Sweep command_sweep_of_file(const std::filesystem::path& file,
                            const std::vector<std::string>& overrides);

// The plan in which the argument `overrides` replaces what the file says, for commands
// that record no sweep.
PlanFromFile overridden_plan(const po::variables_map& given);

}  // namespace polysweep
