#include "cli/shared/cell_names.h"

#include "framework/core/error.h"
#include "reports/analysis/cell_labels.h"
#include "results/read/sweep_results_reader.h"

namespace polysweep {

std::vector<std::string> cell_names(const Database& database, const std::string& sweep) {
  return cell_names(load_plan(database, sweep));
}

std::vector<std::string> cell_names(const SweepResults& results) {
  const CellLabels labels = cell_labels(results);
  check(labels.cells.size() == results.cells.size(), "each cell has a name");
  std::vector<std::string> names;
  names.reserve(labels.cells.size());
  for (std::size_t i = 0; i < labels.cells.size(); ++i) {
    names.push_back(labels.cells[i].label + (results.cells[i].is_baseline ? " (baseline)" : ""));
  }
  return names;
}

}  // namespace polysweep
