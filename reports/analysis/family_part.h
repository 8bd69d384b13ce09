// The part of a large family that is shown: the tests are of all cells, names are loaded
// of some.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/analysis/family_tests.h"

namespace polysweep {

// Keeps at most `most` rows: those that are decided first, then in plan order.
void keep_rows(FamilyTests& tests, std::size_t most);

// The cells that are needed to describe `tests`, by number, each once.
std::vector<std::uint32_t> cells_needed(const FamilyTests& tests);

// Replaces the numbers of cells by the places of `cells`, which has cells_needed().
void place_cells(FamilyTests& tests, const std::vector<CellResult>& cells);

}  // namespace polysweep
