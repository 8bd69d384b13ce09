#include "reports/analysis/family_tests.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <span>

#include "framework/core/error.h"
#include "reports/analysis/detectable.h"
#include "reports/analysis/planned_power.h"
#include "reports/analysis/sign_flip.h"
#include "reports/analysis/value_grid.h"

namespace polysweep {
namespace {

constexpr std::uint32_t kNoColumn = std::numeric_limits<std::uint32_t>::max();

// The differences of each row's pairs, row after row.
class RowDifferences {
 public:
  RowDifferences(const MetricValues& values, const std::vector<TestedComparison>& rows) {
    differences_.reserve(values.values.size());
    begins_.reserve(rows.size() + 1);
    magnitudes_.reserve(rows.size());
    std::vector<double> baseline(values.replicate_count);
    std::vector<std::size_t> known(values.replicate_count, kNone);  // the baseline of each
    for (const TestedComparison& row : rows) {
      const auto theirs = values.values_of(row.baseline);
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        const std::uint32_t replicate = values.replicates_of(row.baseline)[i];
        baseline[replicate] = theirs[i];
        known[replicate] = row.baseline;
      }
      const auto own = values.values_of(row.cell);
      double largest = 0;
      for (std::size_t i = 0; i < own.size(); ++i) {
        const std::uint32_t replicate = values.replicates_of(row.cell)[i];
        const double difference = own[i] - baseline[replicate];
        if (known[replicate] != row.baseline || !std::isfinite(difference)) continue;
        differences_.push_back(difference);
        largest = std::max({largest, std::abs(own[i]), std::abs(baseline[replicate])});
      }
      begins_.push_back(differences_.size());
      magnitudes_.push_back(largest);
    }
  }

  std::span<const double> of(std::size_t row) const {
    return std::span(differences_).subspan(begins_[row], begins_[row + 1] - begins_[row]);
  }
  // The largest absolute value of which they are differences.
  double magnitude(std::size_t row) const { return magnitudes_[row]; }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<double> differences_;
  std::vector<std::size_t> begins_ = {0};
  std::vector<double> magnitudes_;
};

// Quantiles of Student's t, each computed once.
class Quantiles {
 public:
  double of(double probability, double degrees) {
    const auto [known, is_new] = known_.try_emplace({probability, degrees});
    if (is_new) known->second = student_t_quantile(probability, degrees);
    return known->second;
  }

 private:
  std::map<std::pair<double, double>, double> known_;
};

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

Interval around(const TTest& test, double alpha, Quantiles& quantiles) {
  const double half = quantiles.of(1 - alpha / 2, test.degrees) * test.standard_error;
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

TTest own_test(std::span<const double> differences) {
  if (differences.size() < 2) return {};
  const double n = static_cast<double>(differences.size());
  return {mean_of(differences), standard_deviation(differences) / std::sqrt(n), n - 1};
}

// The rows that share a baseline, and their values with the baseline's in row 0.
struct Group {
  std::vector<std::size_t> rows;
  std::size_t baseline = 0;
};

std::vector<Group> groups_of(const std::vector<TestedComparison>& rows) {
  std::vector<Group> groups;
  std::map<std::size_t, std::size_t> place;  // by baseline
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto [known, is_new] = place.try_emplace(rows[i].baseline, groups.size());
    if (is_new) groups.push_back({{}, rows[i].baseline});
    groups[known->second].rows.push_back(i);
  }
  return groups;
}

ValueGrid grid_of(const Group& group, const std::vector<TestedComparison>& rows,
                  const MetricValues& values, std::vector<std::uint32_t>& columns) {
  std::vector<std::size_t> cells = {group.baseline};
  for (const std::size_t row : group.rows) cells.push_back(rows[row].cell);
  std::vector<std::uint32_t> used;
  for (const std::size_t cell : cells) {
    for (const std::uint32_t replicate : values.replicates_of(cell)) {
      if (columns[replicate] != kNoColumn) continue;
      columns[replicate] = static_cast<std::uint32_t>(used.size());
      used.push_back(replicate);
    }
  }
  ValueGrid grid(cells.size(), used.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto own = values.values_of(cells[i]);
    for (std::size_t k = 0; k < own.size(); ++k) {
      grid.set(i, columns[values.replicates_of(cells[i])[k]], own[k]);
    }
  }
  for (const std::uint32_t replicate : used) columns[replicate] = kNoColumn;
  return grid;
}

// A family while it is tested.
class Family {
 public:
  Family(const MetricValues& all, const ComparisonOptions& options) : values(all) {
    facts.options = options;
    std::vector<bool> compared(all.cells(), options.cells.empty());
    for (const std::size_t cell : options.cells) compared.at(cell) = true;
    rows.reserve(all.cells());
    for (std::size_t i = 0; i < all.cells(); ++i) {
      if (!compared[i] || all.baselines[i] < 0) continue;
      TestedComparison& row = rows.emplace_back();
      row.cell = i;
      row.baseline = static_cast<std::size_t>(all.baselines[i]);
      check(row.baseline < all.cells() && row.baseline != i, "a cell is compared with another one");
    }
    facts.family = rows.size();
    differences.emplace(all, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto own = differences->of(i);
      rows[i].pair_count = own.size();
      if (own.empty()) continue;
      rows[i].mean = mean_of(own);
      rows[i].effect_size = paired_effect_size(own, differences->magnitude(i));
    }
  }

  const MetricValues& values;
  FamilyFacts facts;
  std::vector<TestedComparison> rows;
  std::optional<RowDifferences> differences;

  // Rows that have no test take no memory.
  const RowTests& tests_of(std::size_t row) const {
    static const RowTests kNoTests;
    return places_.empty() || places_[row] == 0 ? kNoTests : tests_[places_[row] - 1];
  }
  void set_tests(std::size_t row, RowTests tests) {
    places_.resize(rows.size());
    tests_.push_back(std::move(tests));
    places_[row] = static_cast<std::uint32_t>(tests_.size());
  }

 private:
  std::vector<std::uint32_t> places_;  // by row: 0, or its place in tests_ counted from 1
  std::vector<RowTests> tests_;
};

// The tests of each row under the rule `pooled`, with the p-values filled in.
void pooled_tests(Family& family) {
  const auto groups = groups_of(family.rows);
  std::vector<ValueGrid> grids;
  std::vector<std::uint32_t> columns(family.values.replicate_count, kNoColumn);
  for (const Group& group : groups) {
    grids.push_back(grid_of(group, family.rows, family.values, columns));
  }
  const PooledTest test = pooled_test(grids);
  family.facts.spread_p = test.spread_p;
  family.facts.error = test.error;
  family.facts.no_spread = test.no_spread;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const PooledGroup& group = test.groups[g];
    const bool apart = group.pooling == ErrorPooling::kNone;
    family.facts.spreads_apart = family.facts.spreads_apart || apart;
    for (std::size_t a = 0; a < groups[g].rows.size(); ++a) {
      const PooledArm& arm = group.arms[a];
      const std::size_t at = groups[g].rows[a];
      TestedComparison& row = family.rows[at];
      check(arm.pairs >= row.pair_count, "the tests pair what the comparison pairs");
      row.fitted = arm.difference;
      row.own_p = arm.own_p;
      row.test_p = arm.pooled_p;
      row.holm_p = arm.holm_p;
      row.p = arm.p;
      row.pooling = group.pooling;
      if (!arm.difference || test.no_spread || row.pair_count < kLeastPairs) continue;
      const auto by = [&](const ErrorEstimate& error) {
        return TTest{*arm.difference, error.error_sd * std::sqrt(arm.variance_factor),
                     static_cast<double>(error.degrees)};
      };
      RowTests tests;
      if (group.pooling != ErrorPooling::kOwnGroup) tests.together.push_back(by(test.error));
      if (group.pooling != ErrorPooling::kAllGroups) tests.together.push_back(by(group.error));
      tests.alone = own_test(family.differences->of(at));
      if (apart) tests.together.push_back(*tests.alone);
      const ErrorEstimate& error =
          group.pooling == ErrorPooling::kOwnGroup ? group.error : test.error;
      const double n = static_cast<double>(row.pair_count);
      tests.planned_own_error =
          apart ? tests.alone->standard_error : error.error_sd * std::sqrt(2 / n);
      family.set_tests(at, std::move(tests));
    }
  }
}

// Holm's adjustment of one p of each row.
std::vector<double> holm_of(const Family& family, double TestedComparison::*p) {
  std::vector<double> list;
  list.reserve(family.rows.size());
  for (const auto& row : family.rows) list.push_back(row.*p);
  return holm(list);
}

void exact_tests(Family& family) {
  std::vector<double> list;
  list.reserve(family.rows.size());
  for (std::size_t i = 0; i < family.rows.size(); ++i) {
    TestedComparison& row = family.rows[i];
    const auto test = sign_flip_test(family.differences->of(i), family.differences->magnitude(i));
    row.exact.p = test.p;
    row.exact.exact = test.exact;
    row.exact.smallest_p = smallest_sign_flip_p(row.pair_count);
    family.facts.all_exact = family.facts.all_exact && test.exact;
    list.push_back(test.p);
  }
  const auto adjusted = holm(list);
  for (std::size_t i = 0; i < adjusted.size(); ++i) family.rows[i].exact.holm_p = adjusted[i];
}

// The p of the paired t test where the differences vary by more than rounding.
void paired_tests(Family& family) {
  for (std::size_t i = 0; i < family.rows.size(); ++i) {
    TestedComparison& row = family.rows[i];
    row.own_p = row.test_p = row.effect_size ? paired_t_p(family.differences->of(i)) : 1;
    if (!row.effect_size) continue;
    RowTests tests;
    tests.together.push_back(own_test(family.differences->of(i)));
    family.set_tests(i, std::move(tests));
  }
  const auto adjusted = holm_of(family, &TestedComparison::test_p);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    family.rows[i].p = family.rows[i].holm_p = adjusted[i];
  }
}

void adopt_exact(Family& family) {
  for (std::size_t i = 0; i < family.rows.size(); ++i) {
    TestedComparison& row = family.rows[i];
    row.own_p = paired_t_p(family.differences->of(i));
    row.test_p = row.exact.p;
    // Differences without spread say that the replicates are no repetitions.
    row.p = row.holm_p = row.effect_size ? row.exact.holm_p : 1;
  }
}

// What a row not decided is compatible with: an interval of each test at the level at which
// Holm's adjustment stops.
void add_compatible(Family& family) {
  const double alpha = family.facts.options.alpha;
  std::size_t left = 0;
  for (const auto& row : family.rows) left += row.holm_p > alpha ? 1 : 0;
  const double together = alpha / static_cast<double>(std::max<std::size_t>(left, 1));
  Quantiles quantiles;
  for (std::size_t i = 0; i < family.rows.size(); ++i) {
    TestedComparison& row = family.rows[i];
    if (row.p <= alpha) continue;
    const RowTests& tests = family.tests_of(i);
    for (const TTest& test : tests.together) {
      if (row.holm_p > alpha && test.valid()) {
        widen(row.compatible, around(test, together, quantiles));
      }
    }
    if (tests.alone && tests.alone->valid()) {
      widen(row.compatible, around(*tests.alone, alpha, quantiles));
    }
  }
}

// The one-sided sign-flip tests: half of the two-sided p where the sum has the right sign.
double exact_equivalence_p(std::span<const double> differences, double magnitude, double limit) {
  double largest = 0;
  for (const double side : {-1.0, 1.0}) {
    std::vector<double> shifted;
    double sum = 0;
    for (const double each : differences) {
      shifted.push_back(each + side * limit);
      sum += side * shifted.back();
    }
    if (!(sum > 0)) return 1;
    largest = std::max(largest, sign_flip_test(shifted, std::max(magnitude, limit)).p / 2);
  }
  return differences.empty() ? 1 : largest;
}

void add_equivalence(Family& family) {
  if (!family.facts.options.smallest_difference) return;
  const double limit = *family.facts.options.smallest_difference;
  const bool exact = family.facts.options.test == ComparisonTest::kSignFlip;
  std::vector<double> together;
  for (std::size_t i = 0; i < family.rows.size(); ++i) {
    double p = exact ? exact_equivalence_p(family.differences->of(i),
                                           family.differences->magnitude(i), limit)
                     : 0;
    const RowTests& tests = family.tests_of(i);
    for (const TTest& test : tests.together) p = std::max(p, equivalence_p(test, limit));
    if (!exact && tests.together.empty()) p = 1;
    together.push_back(p);
  }
  const auto adjusted = holm(together);
  for (std::size_t i = 0; i < adjusted.size(); ++i) {
    TestedComparison& row = family.rows[i];
    row.equivalence_p = adjusted[i];
    const RowTests& tests = family.tests_of(i);
    if (tests.alone) {
      row.equivalence_p = std::max(row.equivalence_p, equivalence_p(*tests.alone, limit));
    }
    row.within_smallest = row.equivalence_p <= family.facts.options.alpha;
  }
}

// The largest of what its tests find; for the exact test as the paired t test, once
// there are enough pairs.
void add_detectable(Family& family) {
  const ComparisonOptions& options = family.facts.options;
  const Detectable detectable(options.power);
  const double together =
      options.alpha / static_cast<double>(std::max<std::size_t>(family.facts.family, 1));
  for (std::size_t i = 0; i < family.rows.size(); ++i) {
    TestedComparison& row = family.rows[i];
    const RowTests& tests = family.tests_of(i);
    const auto demand = [&](const DemandedTest& test) {
      const auto smallest = detectable.difference(test);
      if (smallest) row.detectable = std::max(row.detectable.value_or(0), *smallest);
    };
    for (const TTest& test : tests.together) {
      demand({together, test.degrees, test.standard_error});
    }
    if (tests.alone) demand({options.alpha, tests.alone->degrees, tests.planned_own_error});
    if (options.test == ComparisonTest::kSignFlip && row.effect_size &&
        row.exact.smallest_p <= together) {
      const TTest own = own_test(family.differences->of(i));
      demand({together, own.degrees, own.standard_error});
    }
  }
}

void add_wanted(FamilyFacts& facts) {
  const auto& options = facts.options;
  if (!options.smallest_difference || options.test != ComparisonTest::kPooled || facts.no_spread ||
      !(facts.error.error_sd > 0) || facts.family == 0) {
    return;
  }
  const PlannedComparison planned{options.test, options.alpha, options.power,
                                  facts.family, facts.family,  0};
  facts.replicates_wanted =
      replicates_needed(planned, *options.smallest_difference / facts.error.error_sd);
}

void add_discovery(Family& family) {
  const bool joined = family.facts.options.test == ComparisonTest::kPooled;
  std::vector<double> p;
  p.reserve(family.rows.size());
  for (const auto& row : family.rows) {
    p.push_back(joined ? std::max(row.test_p, row.own_p) : row.test_p);
  }
  const auto adjusted = benjamini_hochberg(p);
  for (std::size_t i = 0; i < p.size(); ++i) family.rows[i].benjamini_hochberg_p = adjusted[i];
}

// True where the data say on which side of 0 the difference is.
bool is_decided(const TestedComparison& row, double alpha) {
  if (!row.mean || *row.mean == 0 || row.p > alpha) return false;
  // With missing values the two estimates can differ; they have to agree.
  return !row.fitted || (*row.fitted > 0) == (*row.mean > 0);
}

// A verdict in favour of a side that lost runs is withheld: what is left of that side are
// the runs that went well. Equivalence favours both sides.
void judge(TestedComparison& row, const FamilyFacts& facts, const MetricValues& values) {
  const bool baseline_lost = values.lost[row.baseline] > 0;
  row.cell_lost = values.lost[row.cell] > 0;
  if (is_decided(row, facts.options.alpha)) {
    const bool better = (*row.mean > 0) == (facts.options.goal == Goal::kMaximize);
    row.withheld = better ? row.cell_lost : baseline_lost;
    row.cell_lost = better && row.cell_lost;
    if (!row.withheld) row.verdict = better ? Verdict::kBetter : Verdict::kWorse;
  } else if (row.within_smallest) {
    row.withheld = row.cell_lost || baseline_lost;
    if (!row.withheld) row.verdict = Verdict::kEquivalent;
  }
}

// Of the cells that are compared and of their baselines.
void describe_values(Family& family) {
  std::vector<bool> used(family.values.cells());
  for (const TestedComparison& row : family.rows) used[row.cell] = used[row.baseline] = true;
  std::vector<std::size_t> cells;
  std::vector<std::span<const double>> values;
  std::optional<CellSpread> low;
  std::optional<CellSpread> high;
  std::size_t spreads = 0;
  for (std::size_t cell = 0; cell < used.size(); ++cell) {
    if (!used[cell]) continue;
    cells.push_back(cell);
    values.push_back(family.values.values_of(cell));
    if (values.back().size() < 2) continue;
    ++spreads;
    const CellSpread spread{cell, standard_deviation(values.back())};
    if (!low || spread.sd < low->sd) low = spread;
    if (!high || spread.sd >= high->sd) high = spread;
  }
  if (spreads >= 2) family.facts.spreads = {*low, *high};
  family.facts.shape = value_shape(values);
  for (RemoteValue& each : family.facts.shape.remote) each.cell = cells[each.cell];
}

}  // namespace

FamilyTests test_family(const MetricValues& values, const ComparisonOptions& options) {
  check(values.begins.size() == values.cells() + 1, "every cell has values or none");
  check(values.lost.size() == values.cells(), "every cell has a number of lost trials");
  Family family(values, options);
  family.facts.pairs_for_exact =
      pairs_to_reach(options.alpha, std::max<std::size_t>(family.facts.family, 1));
  exact_tests(family);
  switch (options.test) {
    case ComparisonTest::kPooled:
      pooled_tests(family);
      break;
    case ComparisonTest::kPairedT:
      paired_tests(family);
      break;
    case ComparisonTest::kSignFlip:
      adopt_exact(family);
      break;
  }
  add_compatible(family);
  add_equivalence(family);
  add_detectable(family);
  add_wanted(family.facts);
  add_discovery(family);
  for (TestedComparison& row : family.rows) {
    judge(row, family.facts, values);
    ++family.facts.verdicts[static_cast<std::size_t>(row.verdict)];
  }
  describe_values(family);
  return {std::move(family.facts), std::move(family.rows)};
}

}  // namespace polysweep
