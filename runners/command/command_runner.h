// Runs the attempts of a sweep that declares a command: each is a program of its
// own, with all that it starts.
//
// A program runs in a session of its own, with nothing on its standard input and
// no terminal. What it prints goes into the trial's folder, what it reports to
// the recorder (docs/protocol.md). When it ends, or is ended, every process that
// came from it is killed and gone before the next begins; if this process dies,
// the kernel kills the program and whoever started us kills the rest
// (runners/process/process_tree.h).
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "framework/sweep/experiment.h"
#include "framework/worker/worker_loop.h"
#include "runners/command/trial_folder_pool.h"
#include "runners/process/oom_kill_counter.h"

namespace polysweep {

inline constexpr const char* kTrialFolderVariable = "POLYSWEEP_TRIAL_FOLDER";

// The path of a command's program: one with a slash begins at `sweep_folder`,
// another is looked for in $PATH and then beside polysweep, in `own_folder`.
// Throws Error that says where it was looked for.
std::filesystem::path locate_program(const std::string& program,
                                     const std::filesystem::path& sweep_folder,
                                     const std::filesystem::path& own_folder);

class CommandRunner : public AttemptRunner {
 public:
  // `spec` has a command. `own_folder`: where polysweep lies. From now on this
  // process adopts orphans, and kills all its children when an attempt ends.
  CommandRunner(ExperimentSpec spec, std::filesystem::path own_folder);
  ~CommandRunner() override { clear_folders(); }

  const ExperimentSpec* spec(const AssignTrial& /*assignment*/) const override { return &spec_; }
  AttemptResult run(const AssignTrial& assignment, Recorder& recorder) override;
  void abandoned() override;
  // Removes what was kept for a next attempt.
  void clear_folders() { folders_.clear(); }

 private:
  const std::filesystem::path& program_at(const std::string& name);

  ExperimentSpec spec_;
  std::filesystem::path own_folder_;
  std::string mark_;
  OomKillCounter oom_kills_;
  TrialFolderPool folders_;
  std::map<std::string, std::filesystem::path> programs_;
};

}  // namespace polysweep
