#include "reports/analysis/rule_tests.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <string_view>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/decidable.h"
#include "reports/analysis/planned_power.h"
#include "reports/analysis/sign_flip.h"
#include "reports/analysis/value_grid.h"

namespace polysweep {
namespace {

// An estimated difference with its standard error: one t test.
struct TTest {
  double estimate = 0;
  double standard_error = 0;
  double degrees = 0;

  bool valid() const { return degrees > 0 && std::isfinite(standard_error); }
};

// The p of two one-sided tests that the difference is within +- `limit`.
double equivalence_p(const TTest& test, double limit) {
  if (!test.valid()) return 1;
  const double margin = limit - std::abs(test.estimate);
  if (!(margin > 0)) return 1;
  if (test.standard_error == 0) return 0;
  const double t = margin / test.standard_error;
  if (std::isinf(t)) return 0;
  return boost::math::cdf(boost::math::complement(boost::math::students_t(test.degrees), t));
}

Interval around(const TTest& test, double alpha) {
  const double half = student_t_quantile(1 - alpha / 2, test.degrees) * test.standard_error;
  return {test.estimate - half, test.estimate + half};
}

void widen(std::optional<Interval>& range, const Interval& other) {
  range =
      range ? Interval{std::min(range->low, other.low), std::max(range->high, other.high)} : other;
}

// The tests that a row has to pass: each at alpha over the family, `own` also (or only)
// at alpha alone.
struct RowTests {
  std::vector<TTest> together;
  std::optional<TTest> alone;
  // The standard error of `alone` by the pooled error, for planning.
  double planned_own_error = 0;
};

TTest own_test(const CellComparison& row) {
  const auto differences = differences_of(row.pairs);
  if (differences.size() < 2) return {};
  const Summary summary = summarize(differences);
  const double n = static_cast<double>(differences.size());
  return {summary.mean, *summary.sd / std::sqrt(n), n - 1};
}

// The rows that share a baseline, and their values with the baseline's in row 0.
struct Group {
  std::vector<std::size_t> rows;
  std::size_t baseline = 0;
};

std::vector<Group> groups_of(const Comparison& comparison) {
  std::vector<Group> groups;
  std::unordered_map<std::size_t, std::size_t> place;
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    const std::size_t baseline = comparison.rows[i].baseline;
    const auto [known, is_new] = place.try_emplace(baseline, groups.size());
    if (is_new) groups.push_back({{}, baseline});
    groups[known->second].rows.push_back(i);
  }
  return groups;
}

ValueGrid grid_of(const Group& group, const Comparison& comparison,
                  const std::vector<CellValues>& values) {
  std::vector<const CellValues*> cells = {&values[group.baseline]};
  for (const std::size_t row : group.rows) cells.push_back(&values[comparison.rows[row].cell]);
  std::unordered_map<std::string_view, std::size_t> columns;
  for (const CellValues* cell : cells) {
    for (const Measured& one : cell->values) columns.try_emplace(one.replicate, columns.size());
  }
  ValueGrid grid(cells.size(), columns.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    for (const Measured& one : cells[i]->values) {
      grid.set(i, columns.at(one.replicate), one.value);
    }
  }
  return grid;
}

// The tests of each row under the rule `pooled`, with the p-values filled in.
std::vector<RowTests> pooled_tests(Comparison& comparison, const std::vector<CellValues>& values) {
  const auto groups = groups_of(comparison);
  std::vector<ValueGrid> grids;
  for (const Group& group : groups) grids.push_back(grid_of(group, comparison, values));
  const PooledTest test = pooled_test(grids, 0);
  comparison.spread_p = test.spread_p;
  comparison.error = test.error;
  comparison.no_spread = test.no_spread;
  std::vector<RowTests> tests(comparison.rows.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const PooledGroup& group = test.groups[g];
    for (std::size_t a = 0; a < groups[g].rows.size(); ++a) {
      const PooledArm& arm = group.arms[a];
      const std::size_t at = groups[g].rows[a];
      CellComparison& row = comparison.rows[at];
      check(arm.pairs >= row.pairs.size(), "the tests pair what the comparison pairs");
      row.fitted = arm.difference;
      row.own_p = arm.own_p;
      row.test_p = arm.pooled_p;
      row.holm_p = arm.holm_p;
      row.p = arm.p;
      row.pooling = group.pooling;
      if (!arm.difference || test.no_spread || row.pairs.size() < kLeastPairs) continue;
      const auto by = [&](const ErrorEstimate& error) {
        return TTest{*arm.difference, error.error_sd * std::sqrt(arm.variance_factor),
                     static_cast<double>(error.degrees)};
      };
      const bool apart = group.pooling == ErrorPooling::kNone;
      if (group.pooling != ErrorPooling::kOwnGroup) tests[at].together.push_back(by(test.error));
      if (group.pooling != ErrorPooling::kAllGroups) tests[at].together.push_back(by(group.error));
      tests[at].alone = own_test(row);
      if (apart) tests[at].together.push_back(*tests[at].alone);
      const ErrorEstimate& error =
          group.pooling == ErrorPooling::kOwnGroup ? group.error : test.error;
      const double n = static_cast<double>(row.pairs.size());
      tests[at].planned_own_error =
          apart ? tests[at].alone->standard_error : error.error_sd * std::sqrt(2 / n);
    }
  }
  return tests;
}

std::vector<double> holm_of(const Comparison& comparison, double CellComparison::*p) {
  std::vector<double> list;
  for (const auto& row : comparison.rows) list.push_back(row.*p);
  return holm(list);
}

void exact_tests(Comparison& comparison) {
  std::vector<double> list;
  for (auto& row : comparison.rows) {
    const auto test = sign_flip_test(differences_of(row.pairs), magnitude_of(row.pairs));
    row.exact.p = test.p;
    row.exact.exact = test.exact;
    row.exact.smallest_p = smallest_sign_flip_p(row.pairs.size());
    list.push_back(test.p);
  }
  const auto adjusted = holm(list);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    comparison.rows[i].exact.holm_p = adjusted[i];
  }
}

// The p of the paired t test where the differences vary by more than rounding.
std::vector<RowTests> paired_tests(Comparison& comparison) {
  std::vector<RowTests> tests(comparison.rows.size());
  for (std::size_t i = 0; i < tests.size(); ++i) {
    CellComparison& row = comparison.rows[i];
    const auto differences = differences_of(row.pairs);
    row.own_p = row.test_p = row.effect_size ? paired_t_p(differences) : 1;
    if (row.effect_size) tests[i].together.push_back(own_test(row));
  }
  const auto adjusted = holm_of(comparison, &CellComparison::test_p);
  for (std::size_t i = 0; i < tests.size(); ++i) {
    comparison.rows[i].p = comparison.rows[i].holm_p = adjusted[i];
  }
  return tests;
}

void adopt_exact(Comparison& comparison) {
  for (auto& row : comparison.rows) {
    row.own_p = paired_t_p(differences_of(row.pairs));
    row.test_p = row.exact.p;
    row.p = row.holm_p = row.exact.holm_p;
  }
}

// What a row not decided is compatible with: an interval of each test at the level at which
// Holm's adjustment stops.
void add_compatible(Comparison& comparison, const std::vector<RowTests>& tests) {
  const double alpha = comparison.options.alpha;
  std::size_t left = 0;
  for (const auto& row : comparison.rows) left += row.holm_p > alpha ? 1 : 0;
  const double together = alpha / static_cast<double>(std::max<std::size_t>(left, 1));
  for (std::size_t i = 0; i < tests.size(); ++i) {
    CellComparison& row = comparison.rows[i];
    if (row.p <= alpha) continue;
    for (const TTest& test : tests[i].together) {
      if (row.holm_p > alpha && test.valid()) widen(row.compatible, around(test, together));
    }
    if (tests[i].alone && tests[i].alone->valid()) {
      widen(row.compatible, around(*tests[i].alone, alpha));
    }
  }
}

// The one-sided sign-flip tests: half of the two-sided p where the sum has the right sign.
double exact_equivalence_p(const CellComparison& row, double limit) {
  double largest = 0;
  for (const double side : {-1.0, 1.0}) {
    std::vector<double> differences;
    double sum = 0;
    for (const auto& pair : row.pairs) {
      differences.push_back(pair.difference() + side * limit);
      sum += side * differences.back();
    }
    const double magnitude = std::max(magnitude_of(row.pairs), limit);
    if (!(sum > 0)) return 1;
    largest = std::max(largest, sign_flip_test(differences, magnitude).p / 2);
  }
  return row.pairs.empty() ? 1 : largest;
}

void add_equivalence(Comparison& comparison, const std::vector<RowTests>& tests) {
  if (!comparison.options.smallest_difference) return;
  const double limit = *comparison.options.smallest_difference;
  const bool exact = comparison.options.test == ComparisonTest::kSignFlip;
  std::vector<double> together;
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    double p = exact ? exact_equivalence_p(comparison.rows[i], limit) : 0;
    for (const TTest& test : tests[i].together) p = std::max(p, equivalence_p(test, limit));
    if (!exact && tests[i].together.empty()) p = 1;
    together.push_back(p);
  }
  const auto adjusted = holm(together);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    CellComparison& row = comparison.rows[i];
    row.equivalence_p = adjusted[i];
    if (tests[i].alone) {
      row.equivalence_p = std::max(row.equivalence_p, equivalence_p(*tests[i].alone, limit));
    }
    row.within_smallest = row.equivalence_p <= comparison.options.alpha;
  }
}

// The largest of what its tests find; for the exact test as the paired t test, once
// there are enough pairs.
void add_decidable(Comparison& comparison, const std::vector<RowTests>& tests) {
  const Decidable decidable(comparison.options.power);
  const double alpha = comparison.options.alpha;
  const double together = alpha / static_cast<double>(std::max<std::size_t>(comparison.family, 1));
  for (std::size_t i = 0; i < comparison.rows.size(); ++i) {
    CellComparison& row = comparison.rows[i];
    std::vector<DemandedTest> demanded;
    for (const TTest& test : tests[i].together) {
      demanded.push_back({together, test.degrees, test.standard_error});
    }
    if (tests[i].alone) {
      demanded.push_back({alpha, tests[i].alone->degrees, tests[i].planned_own_error});
    }
    if (comparison.options.test == ComparisonTest::kSignFlip && row.effect_size &&
        row.exact.smallest_p <= together) {
      const TTest own = own_test(row);
      demanded.push_back({together, own.degrees, own.standard_error});
    }
    for (const DemandedTest& one : demanded) {
      const auto smallest = decidable.difference(one);
      if (smallest) row.decidable = std::max(row.decidable.value_or(0), *smallest);
    }
  }
}

void add_wanted(Comparison& comparison) {
  const auto& options = comparison.options;
  if (!options.smallest_difference || options.test != ComparisonTest::kPooled ||
      comparison.no_spread || !(comparison.error.error_sd > 0) || comparison.family == 0) {
    return;
  }
  const PlannedComparison planned{options.test,      options.alpha,     options.power,
                                  comparison.family, comparison.family, 0};
  comparison.replicates_wanted =
      replicates_needed(planned, *options.smallest_difference / comparison.error.error_sd);
}

}  // namespace

void apply_tests(Comparison& comparison, const std::vector<CellValues>& values) {
  comparison.pairs_for_exact =
      pairs_to_reach(comparison.options.alpha, std::max<std::size_t>(comparison.family, 1));
  exact_tests(comparison);
  std::vector<RowTests> tests(comparison.rows.size());
  switch (comparison.options.test) {
    case ComparisonTest::kPooled:
      tests = pooled_tests(comparison, values);
      break;
    case ComparisonTest::kPairedT:
      tests = paired_tests(comparison);
      break;
    case ComparisonTest::kSignFlip:
      adopt_exact(comparison);
      break;
  }
  add_compatible(comparison, tests);
  add_equivalence(comparison, tests);
  add_decidable(comparison, tests);
  add_wanted(comparison);
  const bool joined = comparison.options.test == ComparisonTest::kPooled;
  std::vector<double> p;
  for (const auto& row : comparison.rows) {
    p.push_back(joined ? std::max(row.test_p, row.own_p) : row.test_p);
  }
  const auto adjusted = benjamini_hochberg(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    comparison.rows[i].benjamini_hochberg_p = adjusted[i];
  }
}

}  // namespace polysweep
