// The largest resident memory of this process over a span of time.
//
// Not thread-safe: for the thread that runs trials.
#pragma once

namespace polysweep {

// The largest resident memory, in bytes, since the last call of
// reset_peak_memory(), or since the start of the process where the system cannot
// reset it. Throws Error where /proc is not mounted.
double peak_memory_bytes();
void reset_peak_memory();

}  // namespace polysweep
