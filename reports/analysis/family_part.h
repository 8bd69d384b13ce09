// The part of a large family that is shown: the tests are of all cells, names are loaded
// of some.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "reports/analysis/family_tests.h"

namespace polysweep {

// Indexes of the rows to show: all, or of more than `most` so many, those that are decided
// first; in plan order both.
template <typename Row>
std::vector<std::size_t> rows_to_show(const std::vector<Row>& rows, std::size_t most) {
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (rows.size() <= most) return order;
  std::stable_partition(order.begin(), order.end(),
                        [&](std::size_t i) { return rows[i].verdict != Verdict::kNotDecided; });
  order.resize(most);
  return order;
}

// Keeps rows_to_show().
void keep_rows(FamilyTests& tests, std::size_t most);

// The cells that are needed to describe `tests`, by number, each once.
std::vector<std::uint32_t> cells_needed(const FamilyTests& tests);

// Replaces the numbers of cells by the places of `cells`, which has cells_needed().
void place_cells(FamilyTests& tests, const std::vector<CellResult>& cells);

}  // namespace polysweep
