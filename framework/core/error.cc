#include "framework/core/error.h"

namespace polysweep {

void fail_claim(const char* claim, std::source_location place) {
  throw std::logic_error(fmt::format("internal error at {}:{}: not true that {}", place.file_name(),
                                     place.line(), claim));
}

}  // namespace polysweep
