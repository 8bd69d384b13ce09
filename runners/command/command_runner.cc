#include "runners/command/command_runner.h"

#include <unistd.h>

#include <cstdlib>
#include <random>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "runners/code/code_files.h"
#include "runners/command/command_attempt.h"
#include "runners/command/program_location.h"
#include "runners/process/process_tree.h"
#include "runners/process/program_output.h"
#include "runners/process/worker_command.h"
#include "runners/store/host_name.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

std::string slot_name() {
  const char* slot = std::getenv(kSlotVariable);
  return fmt::format("{}-{}", machine_name(), slot == nullptr ? "0" : slot);
}

// A spare folder with a mirror of code is of use to no other process; in containers hosts
// and processes have the same names and numbers.
std::string pool_name(const ExperimentSpec& spec) {
  const bool has_mirror = spec.command && spec.command->has_snapshot();
  if (!has_mirror) return slot_name();
  return fmt::format("{}-{}-{:08x}", slot_name(), getpid(), std::random_device()());
}

// The mark of the host that started us; ours if none did.
std::string host_mark() {
  const char* mark = std::getenv(kHostMarkVariable);
  return mark == nullptr ? process_mark() : mark;
}

}  // namespace

CommandRunner::CommandRunner(ExperimentSpec spec, std::filesystem::path own_folder)
    : spec_(std::move(spec)),
      own_folder_(std::move(own_folder)),
      mark_(host_mark()),
      folders_(pool_name(spec_)) {
  check(spec_.command.has_value(), "the experiment runs a command");
  adopt_orphans();
}

const std::filesystem::path& CommandRunner::program_at(const std::string& name) {
  const auto known = programs_.find(name);
  if (known != programs_.end()) return known->second;
  return programs_[name] = locate_program(name, spec_.command->sweep_folder, own_folder_);
}

WorkingFolder* CommandRunner::working_folder(const AssignTrial& assignment) {
  if (!spec_.command->has_snapshot()) return nullptr;
  if (!working_folder_) {
    working_folder_.emplace(*spec_.command, store_of(assignment.trial_folder));
  }
  return &*working_folder_;
}

// Everything that an attempt throws is the end of that attempt.
AttemptResult CommandRunner::run(const AssignTrial& assignment, Recorder& recorder) {
  try {
    if (assignment.experiment != spec_.name || assignment.experiment_version != spec_.version) {
      fail(
          "this worker has version {} of experiment {}, the trial was planned with version {} of "
          "{}",
          spec_.version, spec_.name, assignment.experiment_version, assignment.experiment);
    }
    const AttemptContext context = {spec_,
                                    assignment,
                                    recorder,
                                    oom_kills_,
                                    folders_,
                                    working_folder(assignment),
                                    mark_,
                                    [this](const std::string& name) { return program_at(name); },
                                    [this] { return code_difference(*spec_.command, digests_); }};
    return CommandAttempt(context).run();
  } catch (const std::exception& error) {
    kill_descendants({}, Reap::kYes);
    return {Outcome::kError, error.what()};
  }
}

void CommandRunner::abandoned() { kill_descendants({}, Reap::kNo); }

}  // namespace polysweep
