// Every cell against its baseline cell, paired by replicate.
//
// A verdict holds over the complete declared family: every cell that has a baseline,
// measured or not, unless fewer are named. docs/statistics.md describes the rules and
// their error rates.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "framework/sweep/comparison_rule.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/pooled_test.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/value_shape.h"
#include "results/read/sweep_results.h"

namespace polysweep {

enum class Verdict { kNotDecided, kBetter, kWorse, kEquivalent };
std::string verdict_name(Verdict verdict);  // "not decided", "better", ...

struct Pair {
  std::string replicate;
  double value = 0;
  double baseline = 0;
  double difference() const { return value - baseline; }
};

// The sign-flip test, shown beside every verdict whatever decides.
struct ExactTest {
  double p = 1;
  double holm_p = 1;
  bool exact = true;      // false: patterns were drawn
  double smallest_p = 1;  // that the test of this many pairs can give
};

// What the tests of a family say about one comparison: plain numbers.
struct TestedComparison {
  std::size_t cell = 0;
  std::size_t baseline = 0;
  std::size_t pair_count = 0;  // replicates with a value in both cells

  // Of the differences cell - baseline; none without pairs.
  std::optional<double> mean;
  std::optional<double> effect_size;  // paired d_z
  std::optional<double> fitted;       // rule `pooled`: the difference by least squares

  double own_p = 1;   // of the paired t test
  double test_p = 1;  // of the rule's test, not adjusted
  double holm_p = 1;  // test_p adjusted over the family
  double p = 1;       // that decides: holm_p; rule `pooled`: the larger one of holm_p and own_p
  double equivalence_p = 1;  // two one-sided tests within the smallest difference, likewise
  double benjamini_hochberg_p = 1;
  ExactTest exact;
  ErrorPooling pooling = ErrorPooling::kNone;

  Verdict verdict = Verdict::kNotDecided;
  // Not decided only because the side that it would favour lost runs.
  bool withheld = false;
  bool cell_lost = false;  // of a withheld one: that side is the cell; else the baseline
  // Where it is not decided: the differences that the rule does not reject. It contains 0.
  std::optional<Interval> compatible;
  bool within_smallest = false;  // shown to be smaller than the smallest difference

  // The smallest difference that these pairs decide with the wanted power, by the estimated
  // spread; none where nothing can be decided.
  std::optional<double> detectable;
};

// With the names of what it is of.
struct CellComparison : TestedComparison {
  std::size_t planned = 0;  // pairs that the plan has
  std::vector<Pair> pairs;  // replicates with a value in both cells
  // The replicates without a pair: which side has no value, and why.
  std::vector<std::string> missing;
  std::size_t not_finite = 0;  // replicates with both values whose difference is not finite

  std::optional<Interval> interval;  // Student's t of the differences; none below 2 pairs
  std::optional<Interval> bootstrap;
  std::optional<double> superiority;  // P(cell > baseline) over all pairs of values

  std::string reason;  // why it is not decided; "" otherwise
};

struct ComparisonOptions {
  Goal goal = Goal::kMinimize;
  double confidence = 0.95;
  double power = 0.8;
  ComparisonTest test = ComparisonTest::kPooled;
  double alpha = 0.05;
  std::optional<double> smallest_difference;
  // The cells whose comparisons are the family; empty: all that have a baseline.
  // Others are not compared.
  std::vector<std::size_t> cells;
};

// Runs far away from their cell that are told by name.
inline constexpr std::size_t kNamedRuns = 3;

struct CellSpread {
  std::size_t cell = 0;
  double sd = 0;
};

// What is known of the family as a whole.
struct FamilyFacts {
  ComparisonOptions options;
  std::size_t family = 0;                 // cells that have a baseline
  std::array<std::size_t, 4> verdicts{};  // how many, by Verdict
  std::size_t count(Verdict verdict) const { return verdicts[static_cast<std::size_t>(verdict)]; }

  // Pairs with which the exact test can reach alpha after Holm; none where no number can.
  std::optional<std::size_t> pairs_for_exact;
  bool all_exact = true;  // no exact test drew its patterns
  // Rule `pooled`: Bartlett's p of equal spreads, the pooled error, and whether there is
  // any spread beyond rounding.
  double spread_p = 1;
  ErrorEstimate error;
  bool no_spread = false;
  bool spreads_apart = false;  // each cell's own test is adjusted, too
  // The cells compared, and their baselines: those that vary least and most (none: fewer
  // than two have a spread), and what a mean describes badly.
  std::optional<std::pair<CellSpread, CellSpread>> spreads;
  ValueShape shape;
  // Replicates that find the smallest difference with the wanted power, by the pooled
  // error; none where it is not declared, there is no error or the number is too large.
  std::optional<std::size_t> replicates_wanted;
};

struct Comparison : FamilyFacts {
  MetricInfo metric;
  std::vector<CellComparison> rows;  // of the family, or those that were chosen
};

// Replicates of two cells that have a value in both, and whose difference is finite.
std::vector<Pair> paired(const CellValues& cell, const CellValues& baseline);
std::vector<double> differences_of(const std::vector<Pair>& pairs);

}  // namespace polysweep
