#include "framework/core/clock.h"

#include <chrono>
#include <cstdlib>

#include "tests/support/catch.h"

using namespace polysweep;

TEST_CASE("the machine's clock does not go back and knows the date", "[clock]") {
  const double first = system_clock().monotonic_s();
  const double second = system_clock().monotonic_s();
  CHECK(second >= first);
  CHECK(second - first < 60);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t now_us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  CHECK(std::abs(system_clock().wall_us() - now_us) < 60'000'000);
}
