// The worker of the built-in experiments: framework/worker/worker_loop.h, with each
// trial inside a fence where an exception becomes its outcome.
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
