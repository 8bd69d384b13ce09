// Which cell each cell is compared with.
#pragma once

#include <cstdint>
#include <vector>

#include "framework/sweep/plan/cell.h"
#include "framework/sweep/sweep.h"

namespace polysweep {

// Sets `is_baseline` and `baseline` of all cells. `levels` has, per
// cell, one number per factor: 0 where it does not apply, else its level + 1.
// The number of the replicate is ignored. Returns how many are baselines.
std::size_t pair_with_baseline(const Sweep& sweep, const std::vector<std::uint16_t>& levels,
                               std::vector<Cell>& cells);

}  // namespace polysweep
