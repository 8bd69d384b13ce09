// The state of every trial: a row of marks for each cell, a column for each replicate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/figures/figure.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct StateRow {
  std::string label;
  std::vector<std::optional<TrialState>> states;  // by column; none: not planned
};

// The first row on top. Throws std::logic_error without rows or columns.
Figure state_figure(const std::string& id, const std::string& replicate,
                    const std::vector<std::string>& columns, const std::vector<StateRow>& rows);

}  // namespace polysweep
