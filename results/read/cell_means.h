// The final values of one metric in a sweep, read without the cells and trials
// themselves: how a sweep of a million cells is ranked and compared in about a second.
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

struct TrialValue {
  std::uint32_t cell = 0;       // number of the plan
  std::uint32_t replicate = 0;  // index into MetricValues::replicates
  double value = 0;             // NaN where a done trial has no finite value
};

struct MetricValues {
  std::vector<std::string> replicates;  // displayed, each once; "" where there is none
  std::vector<TrialValue> trials;       // in plan order, also those without a value
  std::vector<std::int32_t> baselines;  // by cell, its baseline's number; -1 for none
};

// Throws Error as load_cell_means() does.
MetricValues load_metric_values(const Database& database, const std::string& sweep,
                                const std::string& metric);

}  // namespace polysweep
