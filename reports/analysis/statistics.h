// The statistics of a report: exact where they can be, and each with its limits.
//
// All of them take plain numbers and never see a missing value. Every figure is
// tested against numbers of an independent program (tests/golden/reports/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace polysweep {

struct Interval {
  double low = 0;
  double high = 0;
};

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
  const std::vector<std::uint32_t>& indexes(std::size_t n);

  std::uint64_t seed_;
  int samples_;
  std::map<std::size_t, std::vector<std::uint32_t>> indexes_;
};

struct SignFlipTest {
  double p = 1;
  // True: all 2^n sign patterns were counted. False (n > 20): `draws` random
  // patterns, p = (hits + 1) / (draws + 1).
  bool exact = true;
  std::uint64_t draws = 0;
};

inline constexpr std::size_t kLargestExactSignFlip = 20;

// Two-sided: the share of sign patterns whose absolute sum reaches the observed
// one. Differences that are all zero, or none at all, give p = 1.
SignFlipTest sign_flip_test(std::span<const double> differences);

// 2 / 2^n, at most 1: the smallest p that n paired differences can reach.
double smallest_sign_flip_p(std::size_t n);

// The fewest pairs with which one of `family` comparisons can reach `alpha`
// after Holm: the first n with 2 / 2^n <= alpha / family.
std::size_t pairs_to_reach(double alpha, std::size_t family);

// Adjusted p-values, in the order given. Holm holds the family-wise error;
// Benjamini-Hochberg the false discovery rate.
std::vector<double> holm(std::span<const double> p);
std::vector<double> benjamini_hochberg(std::span<const double> p);

// P(X > Y) + P(X = Y) / 2 over all pairs: U / (n_x n_y). Both non-empty.
double superiority(std::span<const double> x, std::span<const double> y);

// Cohen's d_z of paired differences: mean / sd. None for n < 2, and where the
// differences are the same but for rounding.
std::optional<double> paired_effect_size(std::span<const double> differences);

// Hedges' g of two independent samples: (mean x - mean y) / pooled sd, times
// 1 - 3 / (4 (n_x + n_y) - 9). None where the pooled sd is 0 or undefined.
std::optional<double> hedges_g(std::span<const double> x, std::span<const double> y);

// Power of the two-sided paired t test at `alpha` for effect d_z with n pairs
// (noncentral t; both tails).
double paired_t_power(double effect_size, std::size_t n, double alpha);

inline constexpr std::size_t kMostPairs = 1000;

// The fewest pairs with that power; none where kMostPairs are not enough.
std::optional<std::size_t> pairs_for_power(double effect_size, double alpha, double power);

}  // namespace polysweep
