// What each factor does: main effects and interactions of two factors, by least squares.
//
// Exploratory: intervals without a verdict. First the mean of each cell, from the model
// value = cell + replicate + error over the values that are present, so that a missing
// value neither shifts an effect nor drops its replicate. Then the main effects of all
// factors over these means, each cell weighing the same; where every combination is
// planned these are differences of means. An interval is that of the contributions of
// replicates (the cluster-robust variance of least squares times n / (n - 1), Student's t
// with n - 1 degrees of freedom): without missing values the t interval over replicates.
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
  // Why there are none: "no factor varies", "the main effects cannot be separated: 3 of 9
  // combinations are planned"; "" where there are.
  std::string reason;
  std::size_t replicates = 0;  // with a value
  std::size_t values = 0;      // that are present, of `planned` ones
  std::size_t planned = 0;
  double combinations = 0;            // of the factors' levels, planned or not
  std::size_t cells = 0;              // that count
  std::vector<std::string> left_out;  // cells without a value, and why
  std::vector<Effect> main;           // of a level, less the mean over the factor's levels
  std::vector<Effect> interactions;   // what main effects do not add up to, by combination
};

// Where factors apply to some cells only, these and the factors of the baseline form
// one factor together: the name of the cell (cell_labels.h). `values` are by cell.
// Linear in cells times pairs of factors.
Effects effects_of(const SweepResults& results, const CellLabels& labels,
                   const std::vector<CellValues>& values, double confidence);

}  // namespace polysweep
