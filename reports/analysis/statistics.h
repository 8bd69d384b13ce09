// The statistics of a report, on plain numbers.
//
// They take plain numbers, never a missing value. Each is tested against numbers of an
// independent program (tests/golden/reports/). The test of differences is in
// sign_flip.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "reports/text/interval.h"

namespace polysweep {

struct Summary {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> sd;  // n-1 in the denominator; none for n = 1
  double median = 0;
  double interquartile_mean = 0;  // floor(n/4) values dropped at each end
  double minimum = 0;
  double maximum = 0;
};

// Of at least one finite value.
Summary summarize(std::span<const double> values);

double mean_of(std::span<const double> values);    // of at least one value
double median_of(std::span<const double> values);  // of at least one value
// Of ascending numbers, at least one: that below which `share` of them lie, between two of them
// in proportion (type 7 of Hyndman and Fan 1996).
double sorted_quantile(std::span<const double> ascending, double share);
// n-1 in the denominator; of at least two values.
double standard_deviation(std::span<const double> values);

// Quantile of Student's t, 0 < probability < 1, degrees > 0 (boost::math).
double student_t_quantile(double probability, double degrees);

// mean +- t * sd / sqrt(n). None for n < 2: one value has no spread.
std::optional<Interval> t_interval(std::span<const double> values, double confidence);

// Percentile bootstrap of the mean. The resampled indexes depend on n alone (not
// on the values), so that quantities of the same seeds are resampled jointly.
class Bootstrap {
 public:
  Bootstrap(std::uint64_t seed, int samples) : seed_(seed), samples_(samples) {}

  // None for n < 2. Quantiles by linear interpolation of order statistics.
  std::optional<Interval> mean_interval(std::span<const double> values, double confidence);

  std::uint64_t seed() const { return seed_; }
  int samples() const { return samples_; }

 private:
  // How often each of n values is in a resample, and how many resamples are alike.
  struct Resample {
    std::vector<double> counts;
    std::size_t times = 0;
  };
  const std::vector<std::uint32_t>& indexes(std::size_t n);
  const std::vector<Resample>& distinct(std::size_t n);
  Interval of_few(std::span<const double> values, double confidence);
  Interval of_many(std::span<const double> values, double confidence);

  std::uint64_t seed_;
  int samples_;
  std::map<std::size_t, std::vector<std::uint32_t>> indexes_;
  std::map<std::size_t, std::vector<Resample>> distinct_;
};

// Adjusted p-values, in the order given. Holm holds the family-wise error;
// Benjamini-Hochberg the false discovery rate.
std::vector<double> holm(std::span<const double> p);
std::vector<double> benjamini_hochberg(std::span<const double> p);

// P(X > Y) + P(X = Y) / 2 over all pairs: U / (n_x n_y). Both non-empty.
double superiority(std::span<const double> x, std::span<const double> y);

// Cohen's d_z of paired differences: mean / sd. None for n < 2, and where the
// differences are the same but for rounding: that of a mean, or of differences of values
// as large as `magnitude`.
std::optional<double> paired_effect_size(std::span<const double> differences, double magnitude);

// By how much a difference of two values of at most `magnitude` can be off because both
// were rounded to a double.
double rounding_of_difference(double magnitude);

// Hedges' g of two independent samples: (mean x - mean y) / pooled sd, times
// 1 - 3 / (4 (n_x + n_y) - 9). None where the pooled sd is 0 or undefined.
std::optional<double> hedges_g(std::span<const double> x, std::span<const double> y);

// P(X > x) of chi-squared, for any number of degrees of freedom and x >= 0.
double chi_squared_tail(double x, double degrees);

// Power of a two-sided t test at `alpha`: the probability that |T| exceeds its critical
// value where T is noncentral (both tails).
double t_power(double noncentrality, double degrees, double alpha);
// The smallest noncentrality with that power.
double noncentrality_for_power(double degrees, double alpha, double power);

}  // namespace polysweep
