#include "framework/core/clock.h"

#include <ctime>

namespace polysweep {

namespace {

class SystemClock : public Clock {
 public:
  double monotonic_s() const override {
    const timespec now = read(CLOCK_MONOTONIC);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  }

  std::int64_t wall_us() const override {
    const timespec now = read(CLOCK_REALTIME);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  }

 private:
  static timespec read(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return now;
  }
};

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace polysweep
