#include <sys/mman.h>

#include <cstddef>

#include "framework/worker/peak_memory.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

// Brings so much into memory, and gives it back: to the system, where an
// allocator, above all a sanitizer's, might keep it.
void touch(std::size_t bytes) {
  void* const block =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(block != MAP_FAILED);
  auto* const pages = static_cast<volatile char*>(block);
  for (std::size_t i = 0; i < bytes; i += 4096) pages[i] = 1;
  REQUIRE(munmap(block, bytes) == 0);
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
