// What each factor does: main effects, interactions, one factor off at a time.
//
// Exploratory: intervals without a verdict. Only replicates that have a value in
// every cell concerned count, so that an effect is never an effect of a hole;
// the others are named.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/arms.h"
#include "reports/analysis/statistics.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct Effect {
  std::string factor;                // "encoding", or "encoding x dimension" for an interaction
  std::string level;                 // "rope", "rope, dimension 64"
  double effect = 0;                 // in the metric's unit, 0 on average over the factor's levels
  std::optional<Interval> interval;  // over replicates; none for one
};

struct Effects {
  // Why there are none: "not a full factorial: 10 of 12 combinations", "no seed
  // is complete"; "" where there are.
  std::string reason;
  std::size_t replicates = 0;         // complete ones
  std::vector<std::string> left_out;  // "seed 3: rope, dimension 64 failed"
  std::vector<Effect> main;           // mean over all cells of a level, less the grand mean
  std::vector<Effect> interactions;   // what main effects do not add up to
};

// Where factors apply to some cells only, the arm (arms.h) is one factor.
Effects effects_of(const SweepResults& results, const Arms& arms, const std::string& metric,
                   double confidence);

struct OneOff {
  std::size_t cell = 0;
  std::string factor;  // the one that differs
  std::string change;  // "order 4 instead of 16"
  std::size_t pairs = 0;
  std::size_t planned = 0;
  std::optional<double> difference;  // cell - reference, mean over pairs
  std::optional<Interval> interval;
};

// The cells that differ from cell `reference` in one factor. A factor that
// applies to one of the two only follows the one that switches it.
std::vector<OneOff> one_factor_off(const SweepResults& results, std::size_t reference,
                                   const std::string& metric, double confidence);

// Cells with all planned values, best mean first; ties in their order.
std::vector<std::size_t> best_cells(const SweepResults& results, const MetricInfo& metric);

}  // namespace polysweep
