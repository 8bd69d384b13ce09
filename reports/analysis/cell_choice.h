// Cells of a sweep as a user names them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/analysis/cell_labels.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// The cells that `text` describes: levels separated by commas, each as
// "encoding=rope", "order 16" or, where one factor alone has it, "rope", numbers also by
// their short name (framework/sweep/level_names.h); or a cell's complete label. Throws Error that
// names the nearest known level or factor where one is unknown or no cell has this combination.
std::vector<std::size_t> find_cells(const SweepResults& results, const CellLabels& labels,
                                    std::string_view text);

// The levels that `text` describes by factor and level, as the plan has them; none where
// it may be read otherwise (a complete label of several parts, two levels that are
// displayed alike). `plan` needs no cells. Throws Error as find_cells() does.
std::optional<Parameters> levels_named(const SweepResults& plan, std::string_view text);

// The same sweep with other baselines: each cell that `a` describes is compared
// with the cell that `b` describes and that agrees on all factors that neither names.
// Throws Error where there is no such pair.
SweepResults rebased(const SweepResults& results, const CellLabels& labels, std::string_view a,
                     std::string_view b);

}  // namespace polysweep
