// Time, through one seam: deadlines by a clock that never jumps, dates for people.
#pragma once

#include <cstdint>

namespace polysweep {

class Clock {
 public:
  virtual ~Clock() = default;
  // Seconds since an unnamed beginning (CLOCK_MONOTONIC); for every deadline.
  virtual double monotonic_s() const = 0;
  // Microseconds since 1970 UTC; for people only, it may jump.
  virtual std::int64_t wall_us() const = 0;
};

// The machine's clock. Lives as long as the program.
const Clock& system_clock();

}  // namespace polysweep
