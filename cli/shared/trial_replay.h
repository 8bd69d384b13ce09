// Finished trials, run again from the start in a separate store.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "cli/shared/command.h"
#include "cli/shared/worker_program.h"
#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "runners/host/progress.h"
#include "runners/process/stop_flag.h"

namespace polysweep {

// Trials that one worker runs.
struct ReplayGroup {
  Worker worker;
  std::vector<Trial> trials;

  // The metrics of its experiments that measure time, which no replay reproduces.
  std::set<std::string> time_metrics() const;
};

// Groups `trials` of a store by the worker that can run them: the program that a
// sweep declared (the store keeps its declaration), else the worker of --worker, that
// of their sweep's file if it still exists, or the built-in one. Throws Error that names
// the trial and the cause where none can run it: another version of the experiment, or
// other data or input files than the trial read.
std::vector<ReplayGroup> replay_groups(const po::variables_map& given, const Database& database,
                                       const std::filesystem::path& store,
                                       std::vector<Trial> trials);

// Runs a group in the store `into`, with the options of declare_host(), and brings
// its database up to date. Returns false after a request to stop, or if three
// trials in a row failed in the same way (reported to `sink`).
bool run_again(const po::variables_map& given, const ReplayGroup& group,
               const std::filesystem::path& into, ProgressSink& sink, StopFlag& stop);

}  // namespace polysweep
