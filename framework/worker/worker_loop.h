// The worker's side of a channel: runs the attempts that a host assigns, one after
// the other, and reports what happens.
//
// A second thread receives messages, sends a heartbeat once a second, and sends what
// the attempt has reported at least every 100 ms, even while the attempt computes.
#pragma once

#include <cstdint>
#include <string>

#include "framework/sweep/experiment.h"
#include "framework/worker/message.h"

namespace polysweep {

// How an attempt ended.
struct AttemptResult {
  Outcome outcome = Outcome::kDone;
  std::string message;               // what went wrong; "" where nothing did
  double peak_memory_bytes = 0;      // largest resident memory
  std::uint64_t points_refused = 0;  // reported, and not passed on to the recorder
  ReportFindings findings;
};

// What a worker does with an assignment.
class AttemptRunner {
 public:
  virtual ~AttemptRunner() = default;
  // The experiment that the assignment names, valid until run() returns; null if the
  // worker has none of that name, which run() reports.
  virtual const ExperimentSpec* spec(const AssignTrial& assignment) const = 0;
  // Runs one attempt to its end. Failures of the attempt are part of the result; what
  // it throws ends the worker.
  virtual AttemptResult run(const AssignTrial& assignment, Recorder& recorder) = 0;
  // The host is gone and the process ends as soon as this returns. Called by the
  // listening thread while run() may be in progress.
  virtual void abandoned() {}
};

// Sends `hello` and serves the host at the other end of `channel_fd` until it shuts
// the worker down. Does not return if the host is gone: the process ends then. Once
// in a process; `runner` must exist as long as the process. Throws Error for a
// message that only a worker sends.
void serve_attempts(int channel_fd, const WorkerHello& hello, AttemptRunner& runner);

}  // namespace polysweep
