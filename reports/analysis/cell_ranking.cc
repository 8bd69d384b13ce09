#include "reports/analysis/cell_ranking.h"

#include <algorithm>
#include <utility>

#include "reports/analysis/statistics.h"

namespace polysweep {

std::vector<std::size_t> best_cells(const std::vector<CellValues>& values, Goal goal) {
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].complete()) continue;
    const double mean = mean_of(values[i].numbers());
    ranked.emplace_back(goal == Goal::kMinimize ? mean : -mean, i);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::size_t> cells;
  cells.reserve(ranked.size());
  for (const auto& [mean, cell] : ranked) cells.push_back(cell);
  return cells;
}

}  // namespace polysweep
