// How a cell of a sweep looks, the same in every figure and table.
//
// Colours are Okabe and Ito's as far as they keep a contrast of 3 on white and on
// black, and two more that differ from these in the three common kinds of colour
// blindness. Shape and dash say the same without colour.
#pragma once

#include <cstddef>

namespace polysweep {

// As "#rrggbb"; [0] is the baseline's: black, which pages show in their text colour.
inline constexpr const char* kCellColours[] = {"#000000", "#0072b2", "#d55e00", "#009e73",
                                               "#cc79a7", "#7670eb", "#8a5b25"};
inline constexpr int kCellColourCount = 7;
// Filled diamond (the baseline's), circle, square, triangles up and down,
// pentagon, ring.
inline constexpr int kCellShapeCount = 7;
inline constexpr int kDashCount = 5;

struct CellStyle {
  int colour = 0;  // into kCellColours
  int shape = 0;   // of points, below kCellShapeCount
  int dash = 1;    // of lines, 1 (none) to kDashCount

  friend bool operator==(const CellStyle&, const CellStyle&) = default;
};

// The style with this number, the baseline not counted: colours in turn; each time
// all were used, the shapes move on by one.
CellStyle numbered_style(std::size_t index);

}  // namespace polysweep
