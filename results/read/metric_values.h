// The final values of one metric by cell, as plain numbers: what statistics over all cells
// need. Those of a million trials are read in about a second, without names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

struct MetricValues {
  std::vector<std::int32_t> baselines;    // by cell number, -1: none
  std::vector<std::uint32_t> planned;     // by cell: trials
  std::vector<std::uint32_t> lost;        // by cell: those that ended without a finite value
  std::vector<std::size_t> begins = {0};  // cells + 1: where the values of a cell begin
  // The finite values of done trials, cell after cell, in plan order; beside each the
  // number of its replicate, below `replicate_count`.
  std::vector<double> values;
  std::vector<std::uint32_t> replicates;
  std::size_t replicate_count = 0;

  std::size_t cells() const { return baselines.size(); }
  std::span<const double> values_of(std::size_t cell) const {
    return std::span(values).subspan(begins[cell], begins[cell + 1] - begins[cell]);
  }
  std::span<const std::uint32_t> replicates_of(std::size_t cell) const {
    return std::span(replicates).subspan(begins[cell], begins[cell + 1] - begins[cell]);
  }
  bool complete(std::size_t cell) const {
    return planned[cell] > 0 && values_of(cell).size() == planned[cell];
  }
};

// Of the sweep as last planned. All values are missing if no trial has the metric. Throws
// Error that names the nearest known sweep.
MetricValues load_metric_values(const Database& database, const std::string& sweep,
                                const std::string& metric);

}  // namespace polysweep
