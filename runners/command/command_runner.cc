#include "runners/command/command_runner.h"

#include <unistd.h>

#include <cstdlib>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "runners/command/command_attempt.h"
#include "runners/process/process_tree.h"
#include "runners/process/program_output.h"
#include "runners/process/worker_command.h"
#include "runners/store/host_name.h"

namespace polysweep {

namespace {

std::string slot_name() {
  const char* slot = std::getenv(kSlotVariable);
  return fmt::format("{}-{}", machine_name(), slot == nullptr ? "0" : slot);
}

// The mark of the host that started us; ours if none did.
std::string host_mark() {
  const char* mark = std::getenv(kHostMarkVariable);
  return mark == nullptr ? process_mark() : mark;
}

}  // namespace

std::filesystem::path locate_program(const std::string& program,
                                     const std::filesystem::path& sweep_folder,
                                     const std::filesystem::path& own_folder) {
  const bool is_path = program.find('/') != std::string::npos;
  const std::filesystem::path found =
      is_path ? (sweep_folder / program).lexically_normal() : find_program(program);
  if (!found.empty() && access(found.c_str(), X_OK) == 0 &&
      std::filesystem::is_regular_file(found)) {
    return found;
  }
  if (is_path) fail("program {} not found, or not executable", found.string());
  const std::filesystem::path beside = own_folder / program;
  if (access(beside.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(beside)) return beside;
  fail("program {} not found in a folder of $PATH or in {}", in_quotes(program),
       own_folder.string());
}

CommandRunner::CommandRunner(ExperimentSpec spec, std::filesystem::path own_folder)
    : spec_(std::move(spec)),
      own_folder_(std::move(own_folder)),
      mark_(host_mark()),
      folders_(slot_name()) {
  check(spec_.command.has_value(), "the experiment runs a command");
  adopt_orphans();
}

const std::filesystem::path& CommandRunner::program_at(const std::string& name) {
  const auto known = programs_.find(name);
  if (known != programs_.end()) return known->second;
  return programs_[name] = locate_program(name, spec_.command->sweep_folder, own_folder_);
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
    const AttemptContext context = {
        spec_, assignment, recorder, oom_kills_, folders_, mark_, [this](const std::string& name) {
          return program_at(name);
        }};
    return CommandAttempt(context).run();
  } catch (const std::exception& error) {
    kill_descendants({}, Reap::kYes);
    return {Outcome::kError, error.what()};
  }
}

void CommandRunner::abandoned() { kill_descendants({}, Reap::kNo); }

}  // namespace polysweep
