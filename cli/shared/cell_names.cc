#include "cli/shared/cell_names.h"

#include "framework/core/error.h"
#include "reports/analysis/arms.h"
#include "results/read/sweep_results.h"

namespace polysweep {

std::vector<std::string> cell_names(const Database& database, const std::string& sweep) {
  SweepResultsOptions only_cells{1, 0, {}};
  only_cells.cells = {0};  // the trials of one cell: they are not used
  const SweepResults results = load_sweep_results(database, sweep, only_cells);
  const Arms arms = arms_of(results);
  check(arms.cells.size() == results.cells.size(), "each cell has a name");
  std::vector<std::string> names;
  names.reserve(arms.cells.size());
  for (std::size_t i = 0; i < arms.cells.size(); ++i) {
    names.push_back(arms.cells[i].label + (results.cells[i].is_baseline ? " (baseline)" : ""));
  }
  return names;
}

}  // namespace polysweep
