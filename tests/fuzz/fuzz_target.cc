#include "tests/fuzz/fuzz_target.h"

#include <cstdio>
#include <cstdlib>

#include "framework/core/error.h"

namespace polysweep {

void expect(bool condition, const char* claim) {
  if (condition) return;
  std::fprintf(stderr, "not true that %s\n", claim);
  std::abort();
}

}  // namespace polysweep

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    polysweep::fuzz({reinterpret_cast<const char*>(data), size});
  } catch (const polysweep::Error& error) {
    polysweep::expect(error.what()[0] != '\0', "an error says something");
  }
  return 0;
}
