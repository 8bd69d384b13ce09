// One factor at a time: how a reference cell's metric changes where one factor does.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_values.h"
#include "reports/text/interval.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct OneFactorChange {
  std::size_t cell = 0;
  std::string factor;  // the one that differs
  std::string change;  // "order 4 instead of 16"
  std::size_t pairs = 0;
  std::size_t planned = 0;
  std::optional<double> difference;  // cell - reference, mean over pairs
  std::optional<Interval> interval;
};

// The cells that differ from cell `reference` in one factor. A factor that
// applies to one of the two only follows the one that switches it. `values` are by
// cell.
std::vector<OneFactorChange> one_factor_changes(const SweepResults& results,
                                                const CellLabels& labels,
                                                const std::vector<CellValues>& values,
                                                std::size_t reference, double confidence);

}  // namespace polysweep
