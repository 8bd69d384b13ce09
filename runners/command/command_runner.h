// Runs the attempts of a sweep that declares a command. Each attempt is one program
// and everything that it starts.
//
// A program runs in a session of its own, with empty standard input and without a
// terminal. Its output goes to the trial's folder, its report to the recorder
// (docs/protocol.md). When it ends or is ended, every process that descends from it
// is killed before the next attempt starts; if this process dies, the kernel kills
// the program and our host kills the rest (runners/process/process_tree.h).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "framework/sweep/experiment.h"
#include "framework/worker/worker_loop.h"
#include "runners/code/digest_cache.h"
#include "runners/code/working_folder.h"
#include "runners/command/trial_folder_pool.h"
#include "runners/process/oom_kill_counter.h"

namespace polysweep {

class CommandRunner : public AttemptRunner {
 public:
  // `spec` has a command. `own_folder`: the folder of polysweep. From now on this
  // process adopts orphans, and kills all its children when an attempt ends.
  CommandRunner(ExperimentSpec spec, std::filesystem::path own_folder);
  ~CommandRunner() override { clear_folders(); }

  const ExperimentSpec* spec(const AssignTrial& /*assignment*/) const override { return &spec_; }
  AttemptResult run(const AssignTrial& assignment, Recorder& recorder) override;
  void abandoned() override;
  // Removes the folders that were kept for the next attempt.
  void clear_folders() { folders_.clear(); }

 private:
  const std::filesystem::path& program_at(const std::string& name);
  // nullptr where trials run in the work tree.
  WorkingFolder* working_folder(const AssignTrial& assignment);

  ExperimentSpec spec_;
  std::filesystem::path own_folder_;
  std::string mark_;
  OomKillCounter oom_kills_;
  TrialFolderPool folders_;
  std::optional<WorkingFolder> working_folder_;
  DigestCache digests_;
  std::map<std::string, std::filesystem::path> programs_;
};

}  // namespace polysweep
