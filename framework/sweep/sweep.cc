#include "framework/sweep/sweep.h"

namespace polysweep {

const Factor* Sweep::find_factor(std::string_view factor) const {
  for (const Factor& one : factors) {
    if (one.name == factor) return &one;
  }
  return nullptr;
}

}  // namespace polysweep
