// The decision rule `pooled`: arms against their baselines, paired by replicate, with an
// error that all cells estimate together.
//
// In each group (a baseline and its arms) value = arm + replicate + error is fitted by
// least squares. The error is pooled over all groups where Bartlett's test finds the
// spreads of all cells alike, else within a group of three arms or more that are alike
// among themselves; else the largest p of both and of the arm's own paired t test
// counts. Holm's adjustment over the family follows. The p of an arm is the larger one of
// that and of its own paired t test, which needs three pairs or more: the t interval of
// an arm that is decided does not contain 0. docs/statistics.md has the error rates.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "reports/analysis/value_grid.h"

namespace polysweep {

inline constexpr std::size_t kLeastPairs = 3;

// The two-sided p of the paired t test: 1 below two differences. Differences that vary
// by no more than rounding (1e-12 of their mean) give 0, or 1 where they are 0.
double paired_t_p(std::span<const double> differences);

enum class ErrorPooling {
  kAllGroups = 1,  // the spreads of all cells are alike
  kOwnGroup = 2,   // those of the group are
  kNone = 3,       // they differ
};

// Of values in one unit; `error_sd` is that of one value.
struct ErrorEstimate {
  double error_sd = 0;  // 0 without degrees of freedom
  std::size_t degrees = 0;
};

struct PooledArm {
  std::size_t pairs = 0;
  std::optional<double> difference;  // arm - baseline, by least squares
  double variance_factor = 0;        // its variance is this times the error's
  double own_p = 1;                  // of the paired t test
  double pooled_p = 1;               // not adjusted
  double holm_p = 1;                 // pooled_p adjusted over the family
  double p = 1;                      // the larger one of holm_p and own_p; 1 below kLeastPairs
};

struct PooledGroup {
  ErrorPooling pooling = ErrorPooling::kNone;
  double spread_p = 1;  // Bartlett's, within the group
  ErrorEstimate error;  // of the group alone
  std::vector<PooledArm> arms;
};

struct PooledTest {
  // True where the values vary by no more than rounding beside arm and replicate, or no
  // degree of freedom is left: nothing can be decided.
  bool no_spread = true;
  double spread_p = 1;  // Bartlett's, over all cells
  ErrorEstimate error;  // of all groups
  std::vector<PooledGroup> groups;
};

// Spreads are alike where Bartlett's p is not below this.
inline constexpr double kAlikeSpreads = 0.05;

// Row 0 of each grid is the baseline; arms without a value count in the family.
PooledTest pooled_test(std::span<const ValueGrid> groups);

// Bartlett's test of equal variances (1937); each variance counts as at least `floor`.
// Samples have two values or more. 1 for fewer than two samples, 0 where some variances
// are 0 and others are not.
double bartlett_p(std::span<const double> variances, std::span<const double> degrees, double floor);

}  // namespace polysweep
