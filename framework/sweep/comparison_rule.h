// How a sweep decides its comparisons: the test, its level, the family, and the smallest
// difference that matters. Declared in the sweep file, before there are results.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/parameters.h"

namespace polysweep {

// docs/statistics.md describes the tests.
enum class ComparisonTest : std::uint8_t { kPooled, kPairedT, kSignFlip };

// "pooled", "paired-t", "sign-flip".
const std::vector<std::string>& comparison_test_names();
const std::string& comparison_test_name(ComparisonTest test);
// Throws Error with the nearest name.
ComparisonTest comparison_test_from_name(std::string_view name);

struct ComparisonRule {
  ComparisonTest test = ComparisonTest::kPooled;
  double alpha = 0.05;  // family-wise error rate
  // Cells are in the family where all conditions of one entry hold; empty: all that have
  // a baseline.
  std::vector<std::vector<Condition>> family;
  // In the unit of the primary metric; smaller ones do not matter.
  std::optional<double> smallest_difference;

  bool in_family(const Parameters& levels) const;
  friend bool operator==(const ComparisonRule&, const ComparisonRule&) = default;
};

// The smallest alpha, and distance of a confidence level from 1: quantiles at a share of it
// are still numbers.
inline constexpr double kSmallestLevel = 1e-9;

// Throw Error unless alpha is at least kSmallestLevel and below 1, and the difference is positive
// and finite.
void check_alpha(double alpha);
void check_smallest_difference(double difference);

}  // namespace polysweep
