#include "experiments/worker.h"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <new>

#include "experiments/experiments.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "framework/worker/worker_loop.h"

namespace polysweep {

namespace {

struct Known {
  const ExperimentRow* row = nullptr;
  ExperimentSpec spec;
  std::unique_ptr<Experiment> experiment;  // made when it is first asked for
};

class ExperimentRunner : public AttemptRunner {
 public:
  explicit ExperimentRunner(const Catalogue& all);
  AttemptResult run(const AssignTrial& assignment, Recorder& recorder) override;

 private:
  Known& known(const AssignTrial& assignment);
  RunEnd run_experiment(const AssignTrial& assignment, Recorder& recorder);

  std::map<std::string, Known> known_;
};

ExperimentRunner::ExperimentRunner(const Catalogue& all) {
  const std::span<const ExperimentRow> rows = experiment_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ExperimentSpec& spec = all.experiments[i];
    known_[spec.name] = Known{&rows[i], spec, nullptr};
  }
}

Known& ExperimentRunner::known(const AssignTrial& assignment) {
  const auto found = known_.find(assignment.experiment);
  if (found == known_.end()) fail("this worker has no experiment {}", assignment.experiment);
  Known& result = found->second;
  if (result.spec.version != assignment.experiment_version) {
    fail("this worker has version {} of experiment {}, the trial was planned with version {}",
         result.spec.version, assignment.experiment, assignment.experiment_version);
  }
  if (!result.experiment) result.experiment = result.row->make();
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
  if (it.row->wants_trial_folder) std::filesystem::create_directories(context.trial_folder);
  return it.experiment->run(context, recorder);
}

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

// LibTorch's messages end in a backtrace: that goes to the attempt's output.
std::string without_backtrace(const std::string& message) {
  const std::size_t end = message.find("\nException raised from ");
  if (end == std::string::npos) return message;
  std::fprintf(stderr, "%s\n", message.c_str());
  return message.substr(0, end);
}

// LibTorch tells of a device without memory by an exception of its own.
bool speaks_of_memory(std::string_view message) {
  return message.find("out of memory") != std::string_view::npos ||
         message.find("can't allocate memory") != std::string_view::npos ||
         message.find("CUBLAS_STATUS_ALLOC_FAILED") != std::string_view::npos;
}

// The fence around a trial.
AttemptResult ExperimentRunner::run(const AssignTrial& assignment, Recorder& recorder) {
  reset_peak_memory();
  AttemptResult result;
  try {
    result.outcome = outcome_of(run_experiment(assignment, recorder));
  } catch (const std::bad_alloc&) {
    result.outcome = Outcome::kOutOfMemory;
    result.message = "the trial asked for more memory than there is (std::bad_alloc)";
  } catch (const std::exception& error) {
    result.message = without_backtrace(error.what());
    result.outcome = speaks_of_memory(result.message) ? Outcome::kOutOfMemory : Outcome::kError;
  } catch (...) {
    result.outcome = Outcome::kError;
    result.message = "the trial threw something that is no std::exception";
  }
  result.peak_memory_bytes = peak_memory_bytes();
  return result;
}

}  // namespace

void serve_trials(const WorkerOptions& options) {
  Provenance provenance = process_provenance();
  prepare_process(provenance, options.device);
  const Catalogue all = catalogue();
  WorkerHello hello;
  hello.build = all.build;
  hello.catalogue_digest = sha256_hex(all.to_json());
  hello.provenance = provenance.to_json();
  hello.pid = getpid();
  static ExperimentRunner runner(all);
  serve_attempts(options.channel_fd, hello, runner);
}

}  // namespace polysweep
