#include "reports/analysis/statistics.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {
namespace {

// A spread that is no more, relative to the mean, comes from rounding.
constexpr double kRoundingNoise = 1e-12;

// Of so few values there are at most 462 resamples, counted instead of sorted.
constexpr std::size_t kFewValues = 6;

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

// The quantile by linear interpolation of order statistics, `ordered(i)` being the
// i-th of `count`.
template <typename Ordered>
double interpolated(std::size_t count, double probability, const Ordered& ordered) {
  const double at = probability * static_cast<double>(count - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, count - 1);
  const double part = at - static_cast<double>(below);
  // Not by the difference, which of huge numbers is not finite.
  const double low = ordered(below);
  return low * (1 - part) + ordered(above) * part;
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

double standard_deviation(std::span<const double> values) {
  check(values.size() > 1, "one value has no spread");
  return sample_sd(values, mean_of(values));
}

double median_of(std::span<const double> values) {
  check(!values.empty(), "a median is of at least one value");
  const auto ordered = sorted(values);
  const std::size_t n = ordered.size();
  return n % 2 == 1 ? ordered[n / 2] : 0.5 * (ordered[n / 2 - 1] + ordered[n / 2]);
}

double sorted_quantile(std::span<const double> ascending, double share) {
  check(!ascending.empty(), "a quantile is of at least one value");
  return interpolated(ascending.size(), share, [&](std::size_t i) { return ascending[i]; });
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

const std::vector<Bootstrap::Resample>& Bootstrap::distinct(std::size_t n) {
  auto& list = distinct_[n];
  if (!list.empty()) return list;
  const auto& drawn = indexes(n);
  std::map<std::vector<double>, std::size_t> times;
  for (std::size_t first = 0; first < drawn.size(); first += n) {
    std::vector<double> counts(n);
    for (std::size_t i = first; i < first + n; ++i) counts[drawn[i]] += 1;
    ++times[counts];
  }
  for (const auto& [counts, number] : times) list.push_back({counts, number});
  return list;
}

Interval Bootstrap::of_few(std::span<const double> values, double confidence) {
  const auto n = static_cast<double>(values.size());
  std::vector<std::pair<double, std::size_t>> means;  // and how often
  for (const Resample& resample : distinct(values.size())) {
    double sum = 0;
    for (std::size_t i = 0; i < values.size(); ++i) sum += resample.counts[i] * values[i];
    means.emplace_back(sum / n, resample.times);
  }
  std::sort(means.begin(), means.end());
  const auto ordered = [&](std::size_t index) {
    std::size_t passed = 0;
    for (const auto& [mean, times] : means) {
      passed += times;
      if (index < passed) return mean;
    }
    return means.back().first;
  };
  const auto count = static_cast<std::size_t>(samples_);
  return {interpolated(count, 0.5 - confidence / 2, ordered),
          interpolated(count, 0.5 + confidence / 2, ordered)};
}

Interval Bootstrap::of_many(std::span<const double> values, double confidence) {
  const std::size_t n = values.size();
  const auto& drawn = indexes(n);
  std::vector<double> means;
  means.reserve(static_cast<std::size_t>(samples_));
  for (std::size_t first = 0; first < drawn.size(); first += n) {
    double sum = 0;
    for (std::size_t i = first; i < first + n; ++i) sum += values[drawn[i]];
    means.push_back(sum / static_cast<double>(n));
  }
  const auto ordered = [&](std::size_t index) {
    const auto place = means.begin() + static_cast<std::ptrdiff_t>(index);
    std::nth_element(means.begin(), place, means.end());
    return *place;
  };
  return {interpolated(means.size(), 0.5 - confidence / 2, ordered),
          interpolated(means.size(), 0.5 + confidence / 2, ordered)};
}

std::optional<Interval> Bootstrap::mean_interval(std::span<const double> values,
                                                 double confidence) {
  check(samples_ > 0, "a bootstrap has samples");
  if (values.size() < 2) return std::nullopt;
  return values.size() <= kFewValues ? of_few(values, confidence) : of_many(values, confidence);
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

double rounding_of_difference(double magnitude) {
  return 2 * std::numeric_limits<double>::epsilon() * magnitude;
}

std::optional<double> paired_effect_size(std::span<const double> differences, double magnitude) {
  if (differences.size() < 2) return std::nullopt;
  const double mean = mean_of(differences);
  const double sd = sample_sd(differences, mean);
  const double noise = std::max(kRoundingNoise * std::abs(mean), rounding_of_difference(magnitude));
  if (sd <= noise) return std::nullopt;
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

namespace {

// P(T <= t) of the noncentral t with many degrees of freedom: Abramowitz and Stegun
// 26.7.10, within 1e-6 above kNormalDegrees, where the series overflows before long.
constexpr double kNormalDegrees = 5000;
double nearly_normal_cdf(double t, double degrees, double shift) {
  const double z = (t * (1 - 1 / (4 * degrees)) - shift) / std::sqrt(1 + t * t / (2 * degrees));
  return boost::math::cdf(boost::math::normal(), z);
}

}  // namespace

double chi_squared_tail(double x, double degrees) {
  check(degrees > 0 && x >= 0, "chi-squared is of a positive number of squares");
  // The incomplete gamma function overflows far from the mean of many degrees. Wilson and
  // Hilferty (1931): the cube root is nearly normal, here within 1e-6.
  if (degrees <= kNormalDegrees) {
    return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees), x));
  }
  const double part = 2 / (9 * degrees);
  const double z = (std::cbrt(x / degrees) - (1 - part)) / std::sqrt(part);
  return boost::math::cdf(boost::math::complement(boost::math::normal(), z));
}

double t_power(double noncentrality, double degrees, double alpha) {
  check(degrees > 0, "a t test has degrees of freedom");
  const double shift = std::abs(noncentrality);
  const double critical = student_t_quantile(1 - alpha / 2, degrees);
  // Beyond this the series of the noncentral t is not needed: power is 1 to 1e-16, unless
  // so few degrees are left that the estimated spread can be many times the true one.
  constexpr double kManyDegrees = 30;
  if (degrees > kManyDegrees && shift > critical + 40) return 1.0;
  // T = (Z + shift) / sqrt(chi2 / degrees). Where shift is so large that Z hardly
  // counts, what is left is chi2; the series below does not end there.
  constexpr double kLargeShift = 1000;
  if (shift > kLargeShift) {
    const double ratio = shift / critical;
    const double bound = degrees * ratio * ratio;
    return std::isfinite(bound) ? 1 - chi_squared_tail(bound, degrees) : 1.0;
  }
  if (degrees > kNormalDegrees) {
    return 1 - nearly_normal_cdf(critical, degrees, shift) +
           nearly_normal_cdf(-critical, degrees, shift);
  }
  const boost::math::non_central_t distribution(degrees, shift);
  return boost::math::cdf(boost::math::complement(distribution, critical)) +
         boost::math::cdf(distribution, -critical);
}

double noncentrality_for_power(double degrees, double alpha, double power) {
  const auto excess = [&](double shift) { return t_power(shift, degrees, alpha) - power; };
  if (excess(0) >= 0) return 0;
  double high = 1;
  while (excess(high) < 0) high *= 2;
  std::uintmax_t steps = 100;
  return boost::math::tools::toms748_solve(excess, 0.0, high,
                                           boost::math::tools::eps_tolerance<double>(40), steps)
      .second;
}

}  // namespace polysweep
