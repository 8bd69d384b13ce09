#include "framework/worker/worker_loop.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/worker/channel_recorder.h"
#include "framework/worker/output_mark.h"

namespace polysweep {

namespace {

constexpr double kTick_s = 0.1;
constexpr double kBeat_s = 1.0;

class WorkerLoop {
 public:
  WorkerLoop(int channel_fd, AttemptRunner& runner)
      : channel_(channel_fd), recorder_(channel_), runner_(runner) {}
  void serve(const WorkerHello& hello);

 private:
  void listen();
  void take(Message message);
  std::optional<AssignTrial> next_assignment();
  void run(const AssignTrial& assignment);

  Channel channel_;
  ChannelRecorder recorder_;
  AttemptRunner& runner_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<AssignTrial> assignments_;
  bool shut_down_ = false;
};

void WorkerLoop::serve(const WorkerHello& hello) {
  recorder_.send(hello);
  std::thread listener([this] { listen(); });
  // The listener ends with the process: it may be waiting for the host.
  listener.detach();
  while (const std::optional<AssignTrial> assignment = next_assignment()) run(*assignment);
}

// On its own thread: the only way to report a failure is to end the process, which
// the host sees.
void WorkerLoop::listen() try {
  double next_beat_s = 0;
  while (!channel_.at_end()) {
    pollfd entry{channel_.fd(), POLLIN, 0};
    poll(&entry, 1, static_cast<int>(kTick_s * 1000));
    while (std::optional<Message> message = channel_.receive()) take(std::move(*message));
    const double now_s = system_clock().monotonic_s();
    const bool beat = now_s >= next_beat_s;
    if (beat) next_beat_s = now_s + kBeat_s;
    recorder_.tick(beat);
  }
  runner_.abandoned();
  _exit(0);  // nobody waits for the attempt's result
} catch (const std::exception& error) {
  std::fprintf(stderr, "a worker's listener: %s\n", error.what());
  _exit(2);
}

void WorkerLoop::take(Message message) {
  if (std::holds_alternative<StopRequest>(message)) return recorder_.request_stop();
  const std::lock_guard lock(mutex_);
  if (std::holds_alternative<Shutdown>(message)) {
    shut_down_ = true;
  } else if (auto* assignment = std::get_if<AssignTrial>(&message)) {
    assignments_.push_back(std::move(*assignment));
  } else {
    fail("a message \"{}\" from a host, which only a worker sends", message_name(message));
  }
  arrived_.notify_one();
}

// Empty once the host has shut the worker down: assignments that were not started
// are dropped.
std::optional<AssignTrial> WorkerLoop::next_assignment() {
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return shut_down_ || !assignments_.empty(); });
  if (shut_down_) return std::nullopt;
  AssignTrial assignment = std::move(assignments_.front());
  assignments_.pop_front();
  return assignment;
}

// A mark separates the attempt's output from what was printed before.
void print_mark(const AssignTrial& assignment) {
  const std::string mark = output_mark(assignment.trial, assignment.attempt);
  std::string_view rest = mark;
  while (!rest.empty()) {
    const ssize_t size = write(STDOUT_FILENO, rest.data(), rest.size());
    if (size < 0 && errno != EINTR) return;  // nobody reads the output
    if (size > 0) rest.remove_prefix(static_cast<std::size_t>(size));
  }
}

void WorkerLoop::run(const AssignTrial& assignment) {
  print_mark(assignment);
  recorder_.begin(assignment.trial, assignment.attempt, runner_.spec(assignment));
  const double started_s = system_clock().monotonic_s();
  AttemptResult result = runner_.run(assignment, recorder_);
  std::fflush(stdout);
  AttemptEnded ended;
  ended.trial = assignment.trial;
  ended.attempt = assignment.attempt;
  ended.outcome = result.outcome;
  ended.message = std::move(result.message);
  ended.elapsed_s = system_clock().monotonic_s() - started_s;
  ended.peak_memory_bytes = result.peak_memory_bytes;
  ended.points_refused = result.points_refused;
  ended.findings = std::move(result.findings);
  bool more = false;
  {
    const std::lock_guard lock(mutex_);
    more = !assignments_.empty() && !shut_down_;
  }
  recorder_.end(std::move(ended), more);
}

}  // namespace

void serve_attempts(int channel_fd, const WorkerHello& hello, AttemptRunner& runner) {
  // Never destroyed: its listening thread runs as long as the process.
  static WorkerLoop loop(channel_fd, runner);
  loop.serve(hello);
}

}  // namespace polysweep
