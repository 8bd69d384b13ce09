// The worker's side of a channel: runs the trials that a host assigns, one after
// the other, and tells what happens.
//
// Each trial runs inside a fence: an exception becomes its outcome. A second
// thread receives, beats once a second, and sends what the trial has reported
// at least every 100 ms, so that a trial that only computes is heard of too.
#pragma once

#include <cstdint>

namespace polysweep {

struct WorkerOptions {
  int channel_fd = -1;
  int device = -1;  // CUDA device, -1: CPU
};

// Greets and serves until the host shuts it down or is gone. Throws Error where
// the process cannot be prepared or the host says what no host says.
void serve_trials(const WorkerOptions& options);

// The largest resident memory of this process since the last call of
// reset_peak_memory() (or its start, where the system cannot reset it), bytes.
double peak_memory_bytes();
void reset_peak_memory();

}  // namespace polysweep
