// Values that a mean and a standard deviation describe badly: two modes, and runs far away
// from the others of their cell.
//
// These are remarks for readers, not tests: no verdict depends on them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace polysweep {

struct TwoModes {
  std::size_t cells = 0;  // that have values in both modes
  double gap = 0;         // between the modes: the median over these cells
};

struct RemoteValue {
  std::size_t cell = 0;   // index of the span
  std::size_t index = 0;  // in the cell
  double median = 0;      // of the cell
};

struct ValueShape {
  std::optional<TwoModes> two_modes;
  std::vector<RemoteValue> remote;  // the farthest first; none where there are two modes
};

// Two modes: in half of the cells that have three values or more and spread (three of them
// at least), a split leaves at most 1/200 of the sum of squares, and the gaps agree within
// a factor of 3. Remote: more than 7 robust standard deviations (1.4826 times the median
// absolute deviation, of all cells or of its own, the larger one) from the median of its
// cell, and at most a tenth of the values.
ValueShape value_shape(std::span<const std::span<const double>> cells);

}  // namespace polysweep
