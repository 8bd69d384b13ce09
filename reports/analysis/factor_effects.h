// What each factor does: main effects and interactions of two factors.
//
// Exploratory: intervals without a verdict. Only replicates that have a value in
// every cell count, so that no effect comes from a missing value; the others are
// named.
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

struct Effect {
  std::string factor;                // "encoding", or "encoding x dimension" for an interaction
  std::string level;                 // "rope", "rope, dimension 64"
  double effect = 0;                 // in the metric's unit, 0 on average over the factor's levels
  std::optional<Interval> interval;  // over replicates; none for one
};

struct Effects {
  // Why there are none: "not a full factorial: 10 of 12 combinations are planned", "no
  // seed has a value in every cell"; "" where there are.
  std::string reason;
  std::size_t replicates = 0;         // complete ones
  std::vector<std::string> left_out;  // "seed 3 (no value for rope, dimension 64)"
  std::vector<Effect> main;           // mean over all cells of a level, less the grand mean
  std::vector<Effect> interactions;   // what main effects do not add up to
};

// Where factors apply to some cells only, these and the factors of the baseline form
// one factor together: the name of the cell (cell_labels.h). `values` are by cell.
// Linear in cells times pairs of factors.
Effects effects_of(const SweepResults& results, const CellLabels& labels,
                   const std::vector<CellValues>& values, double confidence);

}  // namespace polysweep
