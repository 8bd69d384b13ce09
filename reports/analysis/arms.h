// How the cells of a sweep are named, coloured and grouped, the same everywhere.
//
// An arm is a cell without its context: the factors that apply to every cell and
// that the baseline does not name (as the dimension where encodings are
// compared). Arms are compared within one context.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/analysis/arm_style.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct Arms {
  struct Cell {
    std::string label;    // arm and context: "rope, dimension 64"
    std::string arm;      // "legendre_position, order 16"
    std::string context;  // "dimension 64"; "" where there is none
    std::size_t context_index = 0;
    // Colour and shape are those of the level of the colour factor, the baseline's
    // is 0 and 0; dashes tell arms of one level and context apart.
    ArmStyle style;
  };
  std::vector<Cell> cells;                   // by index of SweepResults::cells
  std::string colour_factor;                 // its levels have the colours; "" for none
  std::vector<std::string> context_factors;  // in the sweep's order
  std::vector<std::string> contexts;         // in the order of the cells
};

Arms arms_of(const SweepResults& results);

// The style of the arm with this number, the baseline not counted: colours in
// turn, and each time they are through, the shapes move on by one.
ArmStyle numbered_style(std::size_t index);

struct ArmNames {
  std::string arm;
  std::string context;
};

// The names of a cell as in Arms, as if `factor` were none ("": all count).
ArmNames arm_names(const SweepResults& results, const Arms& arms, std::size_t cell,
                   const std::string& factor);

// "4 updates", "order 16", "rope": a level as it is shown beside others.
std::string level_text(const std::string& factor, const Value& value);

}  // namespace polysweep
