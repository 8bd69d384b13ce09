// Finished trials, run once more from nothing in a store of their own.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "cli/shared/command.h"
#include "cli/shared/planned_sweep.h"
#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "runners/host/progress.h"
#include "runners/process/stop_flag.h"

namespace polysweep {

// Trials that one worker runs.
struct ReplayGroup {
  Worker worker;
  std::vector<Trial> trials;

  // The metrics of its experiments that tell of time, which no replay repeats.
  std::set<std::string> time_metrics() const;
};

// `trials` of a store by the worker that can run them: the program that a sweep
// declared (the store keeps its declaration), else the worker of --worker, that of
// their sweep's file if it is still there, or the built-in one.
// Throws Error that names the trial and what would be right where none can run
// it: another version of the experiment, data or input files that are not what
// the trial read.
std::vector<ReplayGroup> replay_groups(const po::variables_map& given, const Database& database,
                                       const std::filesystem::path& store,
                                       std::vector<Trial> trials);

// Runs a group in the store `into`, with the options of declare_host(), and
// brings its database up to the journals. Returns false where a stop was asked
// for, or three trials in a row failed in the same way (`sink` was told so).
bool run_again(const po::variables_map& given, const ReplayGroup& group,
               const std::filesystem::path& into, ProgressSink& sink, StopFlag& stop);

}  // namespace polysweep
