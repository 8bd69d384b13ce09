// A trial whose program is a shell script, run by a CommandRunner.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "runners/command/command_runner.h"
#include "runners/store/store_layout.h"
#include "tests/support/recording_recorder.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

inline std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// A trial whose program is a shell script.
class ScriptTrial {
 public:
  explicit ScriptTrial(const std::string& script) {
    spec.name = "script";
    spec.metrics = {{"loss"}};
    spec.command.emplace();
    spec.command->words = {{{WordTemplate("/bin/sh")}, {}},
                           {{WordTemplate("-c")}, {}},
                           {{WordTemplate("{script}")}, {}}};
    spec.command->sweep_folder = folder.path().string();
    spec.command->primary = "loss";
    spec.command->diverging = {"loss"};
    spec.command->stop_grace_s = 0.3;
    assignment.experiment = "script";
    assignment.trial_folder = (folder.path() / "trials" / "00" / "0011").string();
    parameters.set("script",
                   Value("say() { echo \"$1\" >> \"$POLYSWEEP_METRICS_FILE\"; }\n" + script));
  }

  AttemptResult run() {
    assignment.parameters = parameters;
    CommandRunner runner(spec, "/nowhere");
    return runner.run(assignment, recorder);
  }
  // As another attempt, with nothing recorded yet.
  AttemptResult run_again() {
    ++assignment.attempt;
    recorder = RecordingRecorder();
    return run();
  }
  std::filesystem::path trial_folder() const { return assignment.trial_folder; }
  std::string log() const { return content(log_path(trial_folder(), assignment.attempt)); }

  TemporaryFolder folder;
  ExperimentSpec spec;
  AssignTrial assignment;
  Parameters parameters;
  RecordingRecorder recorder;
};

}  // namespace polysweep
