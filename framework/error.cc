#include "framework/error.h"

namespace polysweep {

void check(bool condition, const char* claim, std::source_location place) {
  if (condition) return;
  throw std::logic_error(fmt::format("internal error at {}:{}: not true that {}",
                                     place.file_name(), place.line(), claim));
}

}  // namespace polysweep
