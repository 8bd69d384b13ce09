// The primary metric over two numeric factors, one map for each level of the rest.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/heat_plot.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct TitledHeatMap {
  std::string title;  // "legendre_position"; "" where nothing else varies
  HeatMap map;
};

// For every pair of factors that each have two or more numbers among their
// levels (words such as "full" come after the numbers), the maps that have two
// or more levels both ways. A field is the mean over the done trials of its
// cell; one with holes says so ("28.1 (n 2 of 3)"), one without any value is
// unknown. All maps of a pair share one scale.
std::vector<TitledHeatMap> heat_maps(const SweepResults& results, const std::string& metric);

}  // namespace polysweep
