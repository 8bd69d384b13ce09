// A trial of a Python script that runs from a snapshot, and a shell for its project.
#pragma once

#include <filesystem>
#include <string>

#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"
#include "runners/process/program_output.h"
#include "tests/runners/script_trial.h"
#include "tests/support/catch.h"

namespace polysweep {

inline void shell(const std::filesystem::path& folder, const std::string& script) {
  const ProgramResult result =
      run_program({"/bin/sh", "-c", "cd \"$0\" && " + script, folder.string()});
  INFO(result.output);
  REQUIRE(result.succeeded());
}

// A trial whose program is a Python script in the sweep's folder, run from a snapshot.
struct CodeTrial : ScriptTrial {
  explicit CodeTrial(const std::string& script) : ScriptTrial("") {
    spec.command->words = {{{WordTemplate("python3")}, {}}, {{WordTemplate("train.py")}, {}}};
    write("train.py", script);
    folder.write("source/data.csv", "1,2\n");
    spec.command->sweep_folder = source().string();
    assignment.trial_folder = (folder.path() / "store/trials/00/0011").string();
  }

  std::filesystem::path source() const { return folder.path() / "source"; }
  std::filesystem::path store() const { return folder.path() / "store"; }
  std::filesystem::path work() const { return work_folder(trial_folder()); }
  void write(const std::string& name, const std::string& text) {
    folder.write("source/" + name, text);
  }
  void plan() {
    DigestCache cache;
    resolve_code(*spec.command, cache);
    if (spec.command->has_snapshot()) make_snapshot(store(), *spec.command);
  }
  AttemptResult plan_and_run() {
    plan();
    return run();
  }
};

inline const std::string kSay =
    "import os\n"
    "def say(loss):\n"
    "    with open(os.environ['POLYSWEEP_METRICS_FILE'], 'a') as f:\n"
    "        f.write('{\"metric\": \"loss\", \"step\": 1, \"value\": %s}\\n' % loss)\n";

}  // namespace polysweep
