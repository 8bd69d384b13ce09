#include "runners/host/work_source.h"

#include <algorithm>

#include "framework/core/error.h"

namespace polysweep {

std::vector<TrialToRun> ListedWork::take(std::size_t least, std::size_t most) {
  check(least <= most, "the least number of trials is at most the most");
  const auto begin = trials_.begin() + static_cast<std::ptrdiff_t>(next_);
  next_ += std::min(most, left());
  return {begin, trials_.begin() + static_cast<std::ptrdiff_t>(next_)};
}

}  // namespace polysweep
