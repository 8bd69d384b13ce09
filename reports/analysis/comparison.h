// Every cell against its baseline cell, paired by replicate.
//
// The verdict is inconclusive unless the data force another: "better" and
// "worse" need a Holm-adjusted p of at most alpha over the complete declared family:
// every cell that has a baseline, measured or not, unless fewer are named.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/cell_values.h"
#include "reports/analysis/statistics.h"
#include "results/read/sweep_results.h"

namespace polysweep {

enum class Verdict { kInconclusive, kBetter, kWorse };
std::string verdict_name(Verdict verdict);

struct Pair {
  std::string replicate;
  double value = 0;
  double baseline = 0;
  double difference() const { return value - baseline; }
};

struct CellComparison {
  std::size_t cell = 0;
  std::size_t baseline = 0;
  std::size_t planned = 0;  // pairs that the plan has
  std::vector<Pair> pairs;  // replicates with a value in both cells
  // The replicates without a pair: which side has no value, and why.
  std::vector<std::string> missing;

  // Of the differences cell - baseline; none without pairs.
  std::optional<double> mean;
  std::optional<Interval> interval;  // none below 2 pairs
  std::optional<Interval> bootstrap;
  std::optional<double> effect_size;  // paired d_z
  std::optional<double> superiority;  // P(cell > baseline) over all pairs of values
  double p = 1;
  bool exact = true;
  double holm_p = 1;
  double benjamini_hochberg_p = 1;
  double smallest_p = 1;  // that the test of this many pairs can give
  Verdict verdict = Verdict::kInconclusive;
  std::string reason;  // why inconclusive; "" otherwise

  // Pairs with which Holm can reach alpha; none where no number of them can.
  std::optional<std::size_t> pairs_for_floor;
  // By the observed d_z, at the wanted power and alpha / family; none where it
  // cannot be estimated or more than kMostPairs are needed.
  std::optional<std::size_t> pairs_for_effect;
};

struct ComparisonOptions {
  double confidence = 0.95;
  double alpha = 0.05;
  double power = 0.8;
  // The cells whose comparisons are the family; empty: all that have a baseline.
  // Others are not compared.
  std::vector<std::size_t> cells;
};

struct Comparison {
  MetricInfo metric;
  ComparisonOptions options;
  std::size_t family = 0;  // cells that have a baseline
  std::vector<CellComparison> rows;
};

// `values` are those of `metric`, by cell. Linear in cells.
Comparison compare(const SweepResults& results, const std::vector<CellValues>& values,
                   const MetricInfo& metric, const ComparisonOptions& options,
                   Bootstrap& bootstrap);

// Replicates of two cells that have a value in both.
std::vector<Pair> paired(const CellValues& cell, const CellValues& baseline);
std::vector<double> differences_of(const std::vector<Pair>& pairs);

// How many more pairs are needed before the smallest p can pass for this family; none
// where no number of them is enough.
std::optional<std::size_t> more_pairs_for_floor(const CellComparison& row);

}  // namespace polysweep
