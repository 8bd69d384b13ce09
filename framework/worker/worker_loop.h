// The worker's side of a channel: takes the attempts that a host assigns, one
// after the other, and tells what happens.
//
// A second thread receives, beats once a second, and sends what the attempt has
// reported at least every 100 ms, so that one that only computes is heard of too.
#pragma once

#include <string>

#include "framework/sweep/experiment.h"
#include "framework/worker/message.h"

namespace polysweep {

// How an attempt ended, as its runner knows it.
struct AttemptResult {
  Outcome outcome = Outcome::kDone;
  std::string message;           // what went wrong; "" where nothing did
  double peak_memory_bytes = 0;  // largest resident memory
};

// What a worker does with an assignment.
class AttemptRunner {
 public:
  virtual ~AttemptRunner() = default;
  // Runs one attempt to its end, inside a fence: it does not throw for anything
  // that is the attempt's own. What it throws ends the worker.
  virtual AttemptResult run(const AssignTrial& assignment, Recorder& recorder) = 0;
  // The host is gone and the process ends as soon as this returns. Called by the
  // listening thread, while run() may be in the middle of an attempt.
  virtual void abandoned() {}
};

// Greets with `hello` and serves the host at the other end of `channel_fd` until
// it shuts the worker down. Does not return where the host is gone: the process
// ends then. Once in a process; `runner` must live as long as the process.
// Throws Error where the host says what no host says.
void serve_attempts(int channel_fd, const WorkerHello& hello, AttemptRunner& runner);

}  // namespace polysweep
