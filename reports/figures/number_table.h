// A table of numbers, one row for each position: cosines between its rows, parts of its
// features.
#pragma once

#include <cstddef>
#include <vector>

namespace polysweep {

using NumberRows = std::vector<std::vector<double>>;  // [row][feature]

// [row][row]: the cosine of the angle between two rows; NaN for a row of zeros.
NumberRows cosine_map(const NumberRows& rows);

// One of `parts` equal, consecutive parts of the features. Throws Error where `parts`
// does not divide their number, or there is no such part.
NumberRows part_of(const NumberRows& rows, std::size_t parts, std::size_t part);

// Every feature with mean 0 and standard deviation 1 over the rows (n in the
// denominator); 0 for a feature that does not change.
NumberRows standardized(const NumberRows& rows);

}  // namespace polysweep
