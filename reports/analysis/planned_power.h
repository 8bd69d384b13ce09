// What a planned sweep can decide, before it runs: the smallest difference, the power at a
// difference, and the replicates that a difference needs (docs/statistics.md).
//
// Differences are in spreads: the standard deviation of one value beside cell and
// replicate. Every compared cell is taken to have all its replicates and that spread.
#pragma once

#include <cstddef>
#include <optional>

#include "framework/sweep/comparison_rule.h"

namespace polysweep {

inline constexpr std::size_t kMostReplicates = 1000;

struct PlannedComparison {
  ComparisonTest test = ComparisonTest::kPooled;
  double alpha = 0.05;
  double power = 0.8;          // wanted
  std::size_t family = 0;      // comparisons
  std::size_t arms = 0;        // cells with a baseline: rule `pooled` estimates the error by all
  std::size_t replicates = 0;  // of each cell
};

// The smallest difference that is decided with the wanted power; none where nothing can be
// decided: too few replicates, or no comparison.
std::optional<double> smallest_detectable(const PlannedComparison& planned);

// The probability that a cell whose difference is this one is decided (the smaller one of
// the powers of the tests that it has to pass); 0 where nothing can be decided.
double power_at(const PlannedComparison& planned, double difference);

// The fewest replicates that find the difference (> 0) with the wanted power; none where
// kMostReplicates are not enough, or no comparison is planned.
std::optional<std::size_t> replicates_needed(PlannedComparison planned, double difference);

// The fewest replicates with which anything can be decided.
std::optional<std::size_t> least_replicates(const PlannedComparison& planned);

}  // namespace polysweep
