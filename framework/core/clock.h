// Time, through one interface: a steady clock for deadlines, and dates to show.
#pragma once

#include <cstdint>

namespace polysweep {

class Clock {
 public:
  virtual ~Clock() = default;
  // Seconds since an unspecified start (CLOCK_MONOTONIC); for every deadline.
  virtual double monotonic_s() const = 0;
  // Microseconds since 1970 UTC; only to be shown: it may jump.
  virtual std::int64_t wall_us() const = 0;
};

// The machine's clock, valid until the program ends.
const Clock& system_clock();

}  // namespace polysweep
