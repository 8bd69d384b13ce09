#include "framework/worker/experiment_runner.h"

#include <cstdio>
#include <filesystem>
#include <new>
#include <utility>

#include "framework/core/error.h"
#include "framework/worker/memory_message.h"
#include "framework/worker/peak_memory.h"

namespace polysweep {

namespace {

Outcome outcome_of(RunEnd end) {
  switch (end) {
    case RunEnd::kDone:
      return Outcome::kDone;
    case RunEnd::kDiverged:
      return Outcome::kDiverged;
    case RunEnd::kStopped:
      return Outcome::kStopped;
  }
  check(false, "a run ends in one of the known ways");
  return Outcome::kError;
}

// The message of a c10::Error ends in a backtrace, which goes to the attempt's
// output.
std::string without_backtrace(const std::string& message) {
  const std::size_t end = message.find("\nException raised from ");
  if (end == std::string::npos) return message;
  std::fprintf(stderr, "%s\n", message.c_str());
  return message.substr(0, end);
}

}  // namespace

ExperimentRunner::ExperimentRunner(std::span<const ExperimentRow> rows,
                                   const Catalogue& catalogue) {
  check(rows.size() == catalogue.experiments.size(), "each row of experiments has a spec");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ExperimentSpec& spec = catalogue.experiments[i];
    known_[spec.name] = Known{rows[i], spec, nullptr};
  }
}

const ExperimentSpec* ExperimentRunner::spec(const AssignTrial& assignment) const {
  const auto found = known_.find(assignment.experiment);
  return found == known_.end() ? nullptr : &found->second.spec;
}

ExperimentRunner::Known& ExperimentRunner::known(const AssignTrial& assignment) {
  const auto found = known_.find(assignment.experiment);
  if (found == known_.end()) fail("this worker has no experiment {}", assignment.experiment);
  Known& result = found->second;
  if (result.spec.version != assignment.experiment_version) {
    fail("this worker has version {} of experiment {}, the trial was planned with version {}",
         result.spec.version, assignment.experiment, assignment.experiment_version);
  }
  if (!result.experiment) result.experiment = result.row.make();
  check(result.experiment != nullptr, "the row of an experiment makes one");
  return result;
}

RunEnd ExperimentRunner::run_experiment(const AssignTrial& assignment, Recorder& recorder) {
  Known& it = known(assignment);
  TrialContext context;
  context.trial.id = assignment.trial;
  context.trial.experiment = assignment.experiment;
  context.trial.experiment_version = assignment.experiment_version;
  context.trial.data_digest = assignment.data_digest;
  context.trial.parameters = assignment.parameters;
  context.attempt = static_cast<int>(assignment.attempt);
  context.data_folder = assignment.data_folder;
  context.trial_folder = assignment.trial_folder;
  context.device = assignment.device;
  if (it.row.wants_trial_folder) std::filesystem::create_directories(context.trial_folder);
  return it.experiment->run(context, recorder);
}

AttemptResult ExperimentRunner::run(const AssignTrial& assignment, Recorder& recorder) {
  reset_peak_memory();
  AttemptResult result;
  try {
    result.outcome = outcome_of(run_experiment(assignment, recorder));
  } catch (const std::bad_alloc&) {
    result.outcome = Outcome::kOutOfMemory;
    result.message = "the trial asked for more memory than is available (std::bad_alloc)";
  } catch (const std::exception& error) {
    result.message = without_backtrace(error.what());
    result.outcome =
        reports_out_of_memory(result.message) ? Outcome::kOutOfMemory : Outcome::kError;
  } catch (...) {
    result.outcome = Outcome::kError;
    result.message = "the trial threw an object that is not a std::exception";
  }
  result.peak_memory_bytes = peak_memory_bytes();
  return result;
}

}  // namespace polysweep
