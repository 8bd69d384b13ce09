#include "reports/analysis/family_part.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "framework/core/error.h"

namespace polysweep {

void keep_rows(FamilyTests& tests, std::size_t most) {
  if (tests.rows.size() <= most) return;
  std::vector<TestedComparison> kept;
  for (const std::size_t i : rows_to_show(tests.rows, most)) kept.push_back(tests.rows[i]);
  tests.rows = std::move(kept);
}

std::vector<std::uint32_t> cells_needed(const FamilyTests& tests) {
  std::set<std::uint32_t> cells;
  const auto need = [&](std::size_t cell) { cells.insert(static_cast<std::uint32_t>(cell)); };
  for (const TestedComparison& row : tests.rows) {
    need(row.cell);
    need(row.baseline);
  }
  if (tests.facts.spreads) {
    need(tests.facts.spreads->first.cell);
    need(tests.facts.spreads->second.cell);
  }
  const auto& remote = tests.facts.shape.remote;
  for (std::size_t i = 0; i < std::min(remote.size(), kNamedRuns); ++i) need(remote[i].cell);
  return {cells.begin(), cells.end()};
}

void place_cells(FamilyTests& tests, const std::vector<CellResult>& cells) {
  std::unordered_map<std::size_t, std::size_t> places;
  for (std::size_t i = 0; i < cells.size(); ++i) places.emplace(cells[i].number, i);
  const auto place = [&](std::size_t& cell) {
    const auto known = places.find(cell);
    check(known != places.end(), "a cell that is told of is loaded");
    cell = known->second;
  };
  for (TestedComparison& row : tests.rows) {
    place(row.cell);
    place(row.baseline);
  }
  if (tests.facts.spreads) {
    place(tests.facts.spreads->first.cell);
    place(tests.facts.spreads->second.cell);
  }
  auto& remote = tests.facts.shape.remote;
  for (std::size_t i = 0; i < std::min(remote.size(), kNamedRuns); ++i) place(remote[i].cell);
}

}  // namespace polysweep
