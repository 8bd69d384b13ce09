#include "framework/worker/memory_message.h"

#include <algorithm>
#include <array>

namespace polysweep {

bool reports_out_of_memory(std::string_view message) {
  static constexpr std::array<std::string_view, 7> kPhrases = {"out of memory",
                                                               "OutOfMemoryError",
                                                               "MemoryError",
                                                               "std::bad_alloc",
                                                               "can't allocate memory",
                                                               "Cannot allocate memory",
                                                               "CUBLAS_STATUS_ALLOC_FAILED"};
  return std::any_of(kPhrases.begin(), kPhrases.end(), [&](std::string_view phrase) {
    return message.find(phrase) != std::string_view::npos;
  });
}

}  // namespace polysweep
