// Which cell each cell is compared with.
#pragma once

#include <cstdint>
#include <vector>

#include "framework/sweep/sweep.h"

namespace polysweep {

// Per cell the index of the first cell that has the baseline's levels and
// agrees with it on the other factors that apply to both; its own index if it
// has the baseline's levels itself; -1 if there is none. `levels` has, per
// cell, one number per factor: 0 where it does not apply, else its level + 1.
// The number of the replicate is ignored.
std::vector<std::int32_t> pair_with_baseline(const Sweep& sweep,
                                             const std::vector<std::uint16_t>& levels);

}  // namespace polysweep
