#include "reports/analysis/statistics.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {
namespace {

// A spread that is no more, relative to the mean, comes from rounding.
constexpr double kRoundingNoise = 1e-12;

constexpr std::uint64_t kSignFlipDraws = 100000;
// Sums of the same numbers in another order differ by rounding alone.
constexpr double kRounding = 1e-12;

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::sort(copy.begin(), copy.end());
  return copy;
}

// Scaled, so that squares of huge and tiny numbers stay numbers.
double sample_sd(std::span<const double> values, double mean) {
  double largest = 0;
  for (double v : values) largest = std::max(largest, std::abs(v - mean));
  if (largest == 0) return 0;
  double squares = 0;
  for (double v : values) squares += (v - mean) / largest * ((v - mean) / largest);
  return largest * std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double interpolated(const std::vector<double>& ordered, double probability) {
  const double at = probability * static_cast<double>(ordered.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, ordered.size() - 1);
  return ordered[below] + (at - static_cast<double>(below)) * (ordered[above] - ordered[below]);
}

// All 2^n signed sums of `values`.
std::vector<double> signed_sums(std::span<const double> values) {
  std::vector<double> sums{0};
  for (double v : values) {
    const std::size_t size = sums.size();
    for (std::size_t i = 0; i < size; ++i) {
      sums.push_back(sums[i] - v);
      sums[i] += v;
    }
  }
  return sums;
}

// Sign patterns with |sum| >= threshold, by meeting in the middle.
std::uint64_t count_extreme(std::span<const double> values, double threshold) {
  const std::size_t half = values.size() / 2;
  const auto left = signed_sums(values.first(half));
  auto right = signed_sums(values.subspan(half));
  std::sort(right.begin(), right.end());
  std::uint64_t count = 0;
  for (double a : left) {
    const auto above = std::lower_bound(right.begin(), right.end(), threshold - a);
    const auto below = std::upper_bound(right.begin(), above, -threshold - a);
    count += static_cast<std::uint64_t>(right.end() - above) +
             static_cast<std::uint64_t>(below - right.begin());
  }
  return count;
}

}  // namespace

double mean_of(std::span<const double> values) {
  check(!values.empty(), "a mean is of at least one value");
  const double n = static_cast<double>(values.size());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (std::isfinite(sum)) return sum / n;
  double mean = 0;
  for (double v : values) mean += v / n;
  return mean;
}

double median_of(std::span<const double> values) {
  check(!values.empty(), "a median is of at least one value");
  const auto ordered = sorted(values);
  const std::size_t n = ordered.size();
  return n % 2 == 1 ? ordered[n / 2] : 0.5 * (ordered[n / 2 - 1] + ordered[n / 2]);
}

Summary summarize(std::span<const double> values) {
  check(!values.empty(), "a summary is of at least one value");
  const auto ordered = sorted(values);
  Summary s;
  s.n = values.size();
  s.mean = mean_of(values);
  if (s.n > 1) s.sd = sample_sd(values, s.mean);
  s.median = median_of(values);
  const std::size_t dropped = s.n / 4;
  s.interquartile_mean =
      mean_of(std::span<const double>(ordered).subspan(dropped, s.n - 2 * dropped));
  s.minimum = ordered.front();
  s.maximum = ordered.back();
  return s;
}

double student_t_quantile(double probability, double degrees) {
  check(probability > 0 && probability < 1 && degrees > 0, "the quantile of t is defined here");
  return boost::math::quantile(boost::math::students_t(degrees), probability);
}

std::optional<Interval> t_interval(std::span<const double> values, double confidence) {
  if (values.size() < 2) return std::nullopt;
  const double n = static_cast<double>(values.size());
  const double mean = mean_of(values);
  const double half =
      student_t_quantile(0.5 + confidence / 2, n - 1) * sample_sd(values, mean) / std::sqrt(n);
  return Interval{mean - half, mean + half};
}

const std::vector<std::uint32_t>& Bootstrap::indexes(std::size_t n) {
  auto& drawn = indexes_[n];
  if (drawn.empty()) {
    RandomStream stream(seed_, "report bootstrap", n);
    drawn.resize(n * static_cast<std::size_t>(samples_));
    for (auto& index : drawn) index = static_cast<std::uint32_t>(stream.below(n));
  }
  return drawn;
}

std::optional<Interval> Bootstrap::mean_interval(std::span<const double> values,
                                                 double confidence) {
  const std::size_t n = values.size();
  if (n < 2) return std::nullopt;
  const auto& drawn = indexes(n);
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(samples_));
  for (std::size_t first = 0; first < drawn.size(); first += n) {
    double sum = 0;
    for (std::size_t i = first; i < first + n; ++i) sum += values[drawn[i]];
    means.push_back(sum / static_cast<double>(n));
  }
  std::sort(means.begin(), means.end());
  return Interval{interpolated(means, 0.5 - confidence / 2),
                  interpolated(means, 0.5 + confidence / 2)};
}

SignFlipTest sign_flip_test(std::span<const double> differences) {
  const std::size_t n = differences.size();
  double sum = 0;
  double size = 0;
  for (double d : differences) {
    sum += d;
    size += std::abs(d);
  }
  if (size == 0) return {};
  const double threshold = std::abs(sum) - kRounding * size;
  if (threshold <= 0) return {};
  if (n <= kLargestExactSignFlip) {
    const double patterns = std::ldexp(1.0, static_cast<int>(n));
    return {static_cast<double>(count_extreme(differences, threshold)) / patterns, true, 0};
  }
  RandomStream stream(1, "report sign flips", n);
  std::uint64_t hits = 0;
  for (std::uint64_t draw = 0; draw < kSignFlipDraws; ++draw) {
    double flipped = 0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (i % 64 == 0) bits = stream.bits64();
      flipped += (bits >> (i % 64) & 1) != 0 ? differences[i] : -differences[i];
    }
    if (std::abs(flipped) >= threshold) ++hits;
  }
  return {static_cast<double>(hits + 1) / static_cast<double>(kSignFlipDraws + 1), false,
          kSignFlipDraws};
}

double smallest_sign_flip_p(std::size_t n) {
  return n == 0 ? 1.0 : std::ldexp(1.0, 1 - static_cast<int>(n));
}

std::size_t pairs_to_reach(double alpha, std::size_t family) {
  check(alpha > 0 && family > 0, "a family has a level and members");
  std::size_t n = 1;
  while (smallest_sign_flip_p(n) * static_cast<double>(family) > alpha) ++n;
  return n;
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double running = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    running = std::max(running, p[order[rank]] * static_cast<double>(p.size() - rank));
    adjusted[order[rank]] = std::min(1.0, running);
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double running = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t at = order[rank - 1];
    running = std::min(running, p[at] * static_cast<double>(p.size()) / static_cast<double>(rank));
    adjusted[at] = running;
  }
  return adjusted;
}

double superiority(std::span<const double> x, std::span<const double> y) {
  check(!x.empty() && !y.empty(), "superiority compares values");
  double wins = 0;
  for (double a : x) {
    for (double b : y) wins += a > b ? 1.0 : a == b ? 0.5 : 0.0;
  }
  return wins / (static_cast<double>(x.size()) * static_cast<double>(y.size()));
}

std::optional<double> paired_effect_size(std::span<const double> differences) {
  if (differences.size() < 2) return std::nullopt;
  const double mean = mean_of(differences);
  const double sd = sample_sd(differences, mean);
  if (sd <= kRoundingNoise * std::abs(mean)) return std::nullopt;
  return mean / sd;
}

std::optional<double> hedges_g(std::span<const double> x, std::span<const double> y) {
  if (x.size() < 2 || y.size() < 2) return std::nullopt;
  const double n_x = static_cast<double>(x.size());
  const double n_y = static_cast<double>(y.size());
  const double sd_x = sample_sd(x, mean_of(x));
  const double sd_y = sample_sd(y, mean_of(y));
  const double pooled =
      std::sqrt(((n_x - 1) * sd_x * sd_x + (n_y - 1) * sd_y * sd_y) / (n_x + n_y - 2));
  if (pooled == 0) return std::nullopt;
  return (mean_of(x) - mean_of(y)) / pooled * (1 - 3 / (4 * (n_x + n_y) - 9));
}

double paired_t_power(double effect_size, std::size_t n, double alpha) {
  check(n >= 2, "a t test has at least two pairs");
  const double degrees = static_cast<double>(n - 1);
  const double shift = std::abs(effect_size) * std::sqrt(static_cast<double>(n));
  const double critical = student_t_quantile(1 - alpha / 2, degrees);
  // Beyond this the series of the noncentral t is needless: power is 1 to 1e-16.
  if (shift > critical + 40) return 1.0;
  const boost::math::non_central_t distribution(degrees, shift);
  return boost::math::cdf(boost::math::complement(distribution, critical)) +
         boost::math::cdf(distribution, -critical);
}

std::optional<std::size_t> pairs_for_power(double effect_size, double alpha, double power) {
  if (!(std::abs(effect_size) > 0)) return std::nullopt;
  if (paired_t_power(effect_size, kMostPairs, alpha) < power) return std::nullopt;
  std::size_t low = 1;  // too few
  std::size_t high = kMostPairs;
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    (paired_t_power(effect_size, middle, alpha) >= power ? high : low) = middle;
  }
  return high;
}

}  // namespace polysweep
