// A metric over a numeric factor: a line for each family, a panel for each context.
//
// The order of polynomials is shown as rank, order + 1: the rank that a table of
// positions can have, at which families compare. A family to which the factor
// does not apply is a level line.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "reports/analysis/arms.h"
#include "reports/figures/band_plot.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct OrderPanel {
  std::string factor;
  std::string context;          // "dimension 64"; "" where there is none
  std::string x;                // title of the axis: "rank (order + 1)"
  std::vector<BandLine> lines;  // band: t interval over replicates
  std::vector<std::pair<double, std::string>> tics;
  bool logarithmic = false;
  bool level_lines = false;  // there are arms to which the factor does not apply
  std::size_t holes = 0;     // planned runs without a value in the cells drawn
};

// For every factor with three or more levels, two or more of them numbers; words
// ("full") stand to the right of the numbers. Cells without any value are not
// drawn; a line that lacks replicates says so in its label.
std::vector<OrderPanel> order_panels(const SweepResults& results, const Arms& arms,
                                     const std::string& metric, double confidence);

}  // namespace polysweep
