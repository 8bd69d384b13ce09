// A cell of a plan: one combination of levels without the replicate.
#pragma once

#include "framework/sweep/parameters.h"

namespace polysweep {

struct Cell {
  // Only the factors (without the replicate) that apply.
  Parameters levels;
  // Index of the cell it is compared with: the first that has the baseline's
  // levels and agrees on the other factors that apply to both. -1: there is
  // none, or the cell is a baseline itself.
  int baseline = -1;
  bool is_baseline = false;
};

}  // namespace polysweep
