#include "reports/analysis/pooled_test.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <numeric>

#include "framework/core/error.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/two_way_fit.h"

namespace polysweep {
namespace {

constexpr std::size_t kLeastArms = 3;  // whose own group can estimate the error
constexpr double kRoundingNoise = 1e-12;
constexpr double kSameValue = 1e-9;  // values that differ by less, relatively, are one

double two_sided_t_p(double t, double degrees) {
  if (std::isnan(t)) return 1;
  if (std::isinf(t)) return 0;
  return 2 *
         boost::math::cdf(boost::math::complement(boost::math::students_t(degrees), std::abs(t)));
}

// What is needed of the fit of one group. The smaller side is solved for.
struct GroupFit {
  explicit GroupFit(const ValueGrid& grid, double scale) {
    const bool rows_are_few = grid.rows() < grid.columns();
    ValueGrid turned(rows_are_few ? grid.columns() : 0, rows_are_few ? grid.rows() : 0);
    for (std::size_t i = 0; i < turned.rows(); ++i) {
      for (std::size_t j = 0; j < turned.columns(); ++j) turned.set(i, j, grid.at(j, i));
    }
    const TwoWayFit fit(rows_are_few ? turned : grid, scale);
    squares = fit.residual_squares();
    degrees = fit.degrees();
    const auto component = [&](std::size_t arm) {
      return rows_are_few ? fit.column_component(arm) : fit.row_component(arm);
    };
    const auto baseline = component(0);
    arms.reserve(grid.rows());
    for (std::size_t arm = 1; arm < grid.rows(); ++arm) {
      PooledArm one;
      if (baseline && component(arm) == baseline) {
        one.difference = rows_are_few ? fit.column_difference(arm, 0) : fit.row_difference(arm, 0);
        one.variance_factor = rows_are_few ? fit.column_variance(arm, 0) : fit.row_variance(arm, 0);
      }
      arms.push_back(one);
    }
  }

  double squares = 0;  // of residuals, in units of scale^2
  std::size_t degrees = 0;
  std::vector<PooledArm> arms;
};

double pooled_p(const PooledArm& arm, double squares, std::size_t degrees, double scale) {
  if (!arm.difference || !(arm.variance_factor > 0) || degrees == 0 || !(squares > 0)) return 1;
  const double df = static_cast<double>(degrees);
  return two_sided_t_p(*arm.difference / scale / std::sqrt(arm.variance_factor * squares / df), df);
}

// The variance of rounding: a twelfth of the squared smallest step between two values.
double resolution_floor(std::span<const ValueGrid> groups, double scale) {
  std::vector<double> values;
  for (const ValueGrid& grid : groups) {
    std::copy_if(grid.all().begin(), grid.all().end(), std::back_inserter(values),
                 [](double v) { return !std::isnan(v); });
  }
  std::sort(values.begin(), values.end());
  if (values.empty()) return 0;
  const double largest = std::max(std::abs(values.front()), std::abs(values.back()));
  double step = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double gap = values[i] - values[i - 1];
    if (gap > kSameValue * largest && (step == 0 || gap < step)) step = gap;
  }
  return step / scale * (step / scale) / 12;
}

// The variances, in units of scale^2, of the rows with two values or more.
struct Spreads {
  std::vector<double> variances;
  std::vector<double> degrees;

  void add(const ValueGrid& grid, double scale) {
    std::vector<double> present;
    for (std::size_t row = 0; row < grid.rows(); ++row) {
      grid.copy_row(row, present);
      if (present.size() < 2) continue;
      const double sd = standard_deviation(present) / scale;
      variances.push_back(sd * sd);
      degrees.push_back(static_cast<double>(present.size() - 1));
    }
  }
};

void own_tests(const ValueGrid& grid, std::vector<PooledArm>& arms) {
  std::vector<double> differences;
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    differences.clear();
    for (std::size_t column = 0; column < grid.columns(); ++column) {
      if (!grid.has(0, column) || !grid.has(arm + 1, column)) continue;
      differences.push_back(grid.at(arm + 1, column) - grid.at(0, column));
    }
    arms[arm].pairs = differences.size();
    arms[arm].own_p = paired_t_p(differences);
  }
}

void adjust(PooledTest& test) {
  std::vector<double> p;
  for (const auto& group : test.groups) {
    for (const auto& arm : group.arms) p.push_back(arm.pooled_p);
  }
  const auto adjusted = holm(p);
  std::size_t at = 0;
  for (auto& group : test.groups) {
    for (auto& arm : group.arms) {
      arm.holm_p = adjusted[at++];
      arm.p = arm.pairs < kLeastPairs ? 1 : std::max(arm.holm_p, arm.own_p);
    }
  }
}

ErrorEstimate estimate(double squares, std::size_t degrees, double scale) {
  if (degrees == 0) return {};
  return {std::sqrt(squares / static_cast<double>(degrees)) * scale, degrees};
}

}  // namespace

double paired_t_p(std::span<const double> differences) {
  if (differences.size() < 2) return 1;
  const double mean = std::abs(mean_of(differences));
  const double sd = standard_deviation(differences);
  if (!std::isfinite(mean) || !std::isfinite(sd)) return 1;
  if (!(sd > kRoundingNoise * mean)) return mean == 0 ? 1 : 0;
  const double n = static_cast<double>(differences.size());
  return two_sided_t_p(mean / sd * std::sqrt(n), n - 1);
}

double bartlett_p(std::span<const double> variances, std::span<const double> degrees,
                  double floor) {
  check(variances.size() == degrees.size(), "a variance has degrees of freedom");
  const auto variance = [&](std::size_t i) { return std::max(variances[i], floor); };
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < variances.size(); ++i) zeros += variance(i) > 0 ? 0 : 1;
  if (variances.size() < 2 || zeros == variances.size()) return 1;
  if (zeros > 0) return 0;
  double sum = 0;
  double weighted = 0;
  double logarithms = 0;
  double inverses = 0;
  for (std::size_t i = 0; i < variances.size(); ++i) {
    sum += degrees[i];
    weighted += degrees[i] * variance(i);
    logarithms += degrees[i] * std::log(variance(i));
    inverses += 1 / degrees[i];
  }
  const double samples = static_cast<double>(variances.size());
  const double correction = 1 + (inverses - 1 / sum) / (3 * (samples - 1));
  const double statistic = (sum * std::log(weighted / sum) - logarithms) / correction;
  return chi_squared_tail(std::max(0.0, statistic), samples - 1);
}

PooledTest pooled_test(std::span<const ValueGrid> groups) {
  PooledTest test;
  double scale = 0;
  double largest = 0;
  for (const ValueGrid& grid : groups) {
    scale = std::max(scale, deviation_scale(grid));
    for (const double v : grid.all()) {
      if (!std::isnan(v)) largest = std::max(largest, std::abs(v));
    }
  }
  if (scale == 0) scale = 1;
  double squares = 0;
  std::size_t degrees = 0;
  Spreads all;
  std::vector<GroupFit> fits;
  for (const ValueGrid& grid : groups) {
    fits.emplace_back(grid, scale);
    squares += fits.back().squares;
    degrees += fits.back().degrees;
    all.add(grid, scale);
  }
  // Sorting all values pays where there are spreads to compare.
  const double floor = all.variances.empty() ? 0 : resolution_floor(groups, scale);
  test.error = estimate(squares, degrees, scale);
  test.no_spread = degrees == 0 || !(test.error.error_sd > kRoundingNoise * largest);
  test.spread_p = bartlett_p(all.variances, all.degrees, floor);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    GroupFit& fit = fits[g];
    Spreads own;
    own.add(groups[g], scale);
    PooledGroup group;
    group.error = estimate(fit.squares, fit.degrees, scale);
    group.spread_p = bartlett_p(own.variances, own.degrees, floor);
    group.arms = std::move(fit.arms);
    group.pooling = test.spread_p >= kAlikeSpreads ? ErrorPooling::kAllGroups
                    : group.arms.size() >= kLeastArms && group.spread_p >= kAlikeSpreads
                        ? ErrorPooling::kOwnGroup
                        : ErrorPooling::kNone;
    own_tests(groups[g], group.arms);
    for (PooledArm& arm : group.arms) {
      if (test.no_spread) continue;
      const double by_all = pooled_p(arm, squares, degrees, scale);
      const double by_group = pooled_p(arm, fit.squares, fit.degrees, scale);
      arm.pooled_p = group.pooling == ErrorPooling::kAllGroups ? by_all
                     : group.pooling == ErrorPooling::kOwnGroup
                         ? by_group
                         : std::max({by_all, by_group, arm.own_p});
    }
    test.groups.push_back(std::move(group));
  }
  adjust(test);
  return test;
}

}  // namespace polysweep
