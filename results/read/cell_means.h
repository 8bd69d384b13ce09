// The means of a metric's final values by cell, read without the cells and trials
// themselves: how a sweep of a million cells is ranked in about a second.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

struct CellMean {
  std::uint32_t trials = 0;  // planned
  std::uint32_t values = 0;  // finite final values of done trials
  double sum = 0;            // of these values, in plan order

  bool complete() const { return trials > 0 && values == trials; }
};

// By cell number, of the sweep as last planned. All values are missing if no trial
// has the metric. Throws Error that names the nearest known sweep.
std::vector<CellMean> load_cell_means(const Database& database, const std::string& sweep,
                                      const std::string& metric);

}  // namespace polysweep
