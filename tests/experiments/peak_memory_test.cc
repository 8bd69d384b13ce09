#include <cstddef>
#include <memory>

#include "experiments/worker.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// Brings so much into memory, and gives it back.
void touch(std::size_t bytes) {
  const auto block = std::make_unique<char[]>(bytes);
  volatile char* const pages = block.get();
  for (std::size_t i = 0; i < bytes; i += 4096) pages[i] = 1;
}

}  // namespace

TEST_CASE("the peak of memory is of the time since it was reset", "[peak_memory]") {
  reset_peak_memory();
  const double at_rest = peak_memory_bytes();
  touch(96 * kMiB);
  const double large = peak_memory_bytes();
  CHECK(large >= at_rest + 90 * kMiB);
  CHECK(peak_memory_bytes() == large);  // nothing came since
  reset_peak_memory();
  const double after = peak_memory_bytes();
  if (after == large) POLYSWEEP_SKIP("this system does not reset the peak of a process");
  CHECK(after < at_rest + 48 * kMiB);
  touch(64 * kMiB);  // less than before, and still seen
  CHECK(peak_memory_bytes() >= after + 60 * kMiB);
  CHECK(peak_memory_bytes() < large);
}

}  // namespace polysweep
