// How an arm looks, the same in every figure and table.
//
// Colours are Okabe and Ito's as far as they keep a contrast of 3 on white and on
// black, and two that stay apart from these in the three common kinds of colour
// blindness. Shape and dash say the same without colour.
#pragma once

namespace polysweep {

// As "#rrggbb"; [0] is the baseline's: black, which pages show as their ink.
inline constexpr const char* kArmColours[] = {"#000000", "#0072b2", "#d55e00", "#009e73",
                                              "#cc79a7", "#7670eb", "#8a5b25"};
inline constexpr int kArmColourCount = 7;
// Filled diamond (the baseline's), circle, square, triangles up and down,
// pentagon, ring.
inline constexpr int kArmShapeCount = 7;
inline constexpr int kDashCount = 5;

struct ArmStyle {
  int colour = 0;  // into kArmColours
  int shape = 0;   // of points, below kArmShapeCount
  int dash = 1;    // of lines, 1 (none) to kDashCount

  friend bool operator==(const ArmStyle&, const ArmStyle&) = default;
};

}  // namespace polysweep
