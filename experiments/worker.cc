#include "experiments/worker.h"

#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include "experiments/channel_recorder.h"
#include "experiments/experiments.h"
#include "framework/clock.h"
#include "framework/digest.h"
#include "framework/error.h"

namespace polysweep {

namespace {

constexpr double kTick_s = 0.1;
constexpr double kBeat_s = 1.0;

struct Known {
  const ExperimentRow* row = nullptr;
  ExperimentSpec spec;
  std::unique_ptr<Experiment> experiment;  // made when it is first asked for
};

class Worker {
 public:
  explicit Worker(const WorkerOptions& options);
  void serve();

 private:
  void listen();
  void take(const Message& message);
  std::optional<AssignTrial> next_assignment();
  Known& known(const AssignTrial& assignment);
  void run(const AssignTrial& assignment);
  RunEnd run_fenced(const AssignTrial& assignment);

  Channel channel_;
  ChannelRecorder recorder_;
  std::map<std::string, Known> known_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<AssignTrial> assignments_;
  bool shut_down_ = false;
};

Worker::Worker(const WorkerOptions& options) : channel_(options.channel_fd), recorder_(channel_) {
  Provenance provenance = process_provenance();
  prepare_process(provenance, options.device);
  const Catalogue all = catalogue();
  const std::span<const ExperimentRow> rows = experiment_rows();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ExperimentSpec& spec = all.experiments[i];
    known_[spec.name] = Known{&rows[i], spec, nullptr};
  }
  WorkerHello hello;
  hello.build = all.build;
  hello.catalogue_digest = sha256_hex(all.to_json());
  hello.provenance = provenance.to_json();
  hello.pid = getpid();
  recorder_.send(hello);
}

void Worker::serve() {
  std::thread listener([this] { listen(); });
  // The listener ends with the process: it may be waiting for the host.
  listener.detach();
  while (const std::optional<AssignTrial> assignment = next_assignment()) run(*assignment);
}

// A thread of its own: what goes wrong here cannot be told to anyone but by
// ending, which the host sees.
void Worker::listen() try {
  double next_beat_s = 0;
  while (!channel_.at_end()) {
    pollfd entry{channel_.fd(), POLLIN, 0};
    poll(&entry, 1, static_cast<int>(kTick_s * 1000));
    while (const std::optional<Message> message = channel_.receive()) take(*message);
    const double now_s = system_clock().monotonic_s();
    const bool beat = now_s >= next_beat_s;
    if (beat) next_beat_s = now_s + kBeat_s;
    recorder_.tick(beat);
  }
  _exit(0);  // the host is gone, nobody waits for what the trial would say
} catch (const std::exception& error) {
  std::fprintf(stderr, "polysweep-worker: %s\n", error.what());
  _exit(2);
}

void Worker::take(const Message& message) {
  if (std::holds_alternative<StopRequest>(message)) return recorder_.request_stop();
  const std::lock_guard lock(mutex_);
  if (std::holds_alternative<Shutdown>(message)) {
    shut_down_ = true;
  } else if (const auto* assignment = std::get_if<AssignTrial>(&message)) {
    assignments_.push_back(*assignment);
  } else {
    fail("a host does not say \"{}\"", message_name(message));
  }
  arrived_.notify_one();
}

// Empty once the host has shut the worker down: assignments that were not begun
// stay undone.
std::optional<AssignTrial> Worker::next_assignment() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return shut_down_ || !assignments_.empty(); });
  if (shut_down_) return std::nullopt;
  AssignTrial assignment = std::move(assignments_.front());
  assignments_.pop_front();
  return assignment;
}

Known& Worker::known(const AssignTrial& assignment) {
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

RunEnd Worker::run_fenced(const AssignTrial& assignment) {
  Known& it = known(assignment);
  TrialContext context;
  context.trial.id = assignment.trial;
  context.trial.experiment = assignment.experiment;
  context.trial.experiment_version = assignment.experiment_version;
  context.trial.data_digest = assignment.data_digest;
  context.trial.parameters = Parameters::from_json(assignment.parameters);
  context.attempt = static_cast<int>(assignment.attempt);
  context.data_folder = assignment.data_folder;
  context.trial_folder = assignment.trial_folder;
  context.device = assignment.device;
  if (it.row->wants_trial_folder) std::filesystem::create_directories(context.trial_folder);
  return it.experiment->run(context, recorder_);
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

// LibTorch tells of a device without memory by an exception of its own.
bool speaks_of_memory(std::string_view message) {
  return message.find("out of memory") != std::string_view::npos ||
         message.find("can't allocate memory") != std::string_view::npos ||
         message.find("CUBLAS_STATUS_ALLOC_FAILED") != std::string_view::npos;
}

// The fence around a trial.
void Worker::run(const AssignTrial& assignment) {
  recorder_.begin(assignment.trial, assignment.attempt);
  reset_peak_memory();
  const double begun_s = system_clock().monotonic_s();
  AttemptEnded ended;
  ended.trial = assignment.trial;
  ended.attempt = assignment.attempt;
  try {
    ended.outcome = outcome_of(run_fenced(assignment));
  } catch (const std::bad_alloc&) {
    ended.outcome = Outcome::kOutOfMemory;
    ended.message = "the trial asked for more memory than there is (std::bad_alloc)";
  } catch (const std::exception& error) {
    ended.message = error.what();
    ended.outcome = speaks_of_memory(ended.message) ? Outcome::kOutOfMemory : Outcome::kError;
  } catch (...) {
    ended.outcome = Outcome::kError;
    ended.message = "the trial threw something that is no std::exception";
  }
  std::fflush(stdout);
  ended.elapsed_s = system_clock().monotonic_s() - begun_s;
  ended.peak_memory_bytes = peak_memory_bytes();
  bool more = false;
  {
    const std::lock_guard lock(mutex_);
    more = !assignments_.empty() && !shut_down_;
  }
  recorder_.end(std::move(ended), more);
}

}  // namespace

void serve_trials(const WorkerOptions& options) {
  // Never taken down: its listening thread lives as long as the process.
  static Worker worker(options);
  worker.serve();
}

}  // namespace polysweep
