// How the cells of a sweep are named, coloured and grouped, the same everywhere.
//
// An arm is a cell without its context: the factors that apply to every cell and
// that the baseline does not name (as the dimension where encodings are
// compared). Arms are compared within one context.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "results/sweep_results.h"

namespace polysweep {

struct Arms {
  struct Cell {
    std::string label;    // arm and context: "rope, dimension 64"
    std::string arm;      // "legendre_position, order 16"
    std::string context;  // "dimension 64"; "" where there is none
    std::size_t context_index = 0;
    int colour = 0;  // index into kArmColours; 0: the baseline's, the colour of ink
    int dash = 1;    // tells arms of one colour and context apart
  };
  std::vector<Cell> cells;            // by index of SweepResults::cells
  std::string colour_factor;          // its levels have the colours; "" for none
  std::vector<std::string> contexts;  // in the order of the cells
};

Arms arms_of(const SweepResults& results);

// Okabe and Ito's palette without yellow (too faint on white), as "#rrggbb";
// [0] is black, which pages show as their text colour.
inline constexpr const char* kArmColours[] = {"#000000", "#0072b2", "#d55e00", "#009e73",
                                              "#cc79a7", "#e69f00", "#56b4e9"};
inline constexpr int kArmColourCount = 7;

// "4 updates", "order 16", "rope": a level as it is shown beside others.
std::string level_text(const std::string& factor, const Value& value);

}  // namespace polysweep
