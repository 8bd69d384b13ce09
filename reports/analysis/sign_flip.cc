#include "reports/analysis/sign_flip.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"
#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

// Sums of the same numbers in another order differ by rounding alone.
constexpr double kRounding = 1e-12;

// All 2^n signed sums of `values`, ascending: each value merges the sums less it with
// the sums plus it.
std::vector<double> signed_sums(std::span<const double> values) {
  std::vector<double> sums{0};
  std::vector<double> merged;
  for (const double value : values) {
    const double step = std::abs(value);
    merged.resize(2 * sums.size());
    std::size_t below = 0;
    std::size_t above = 0;
    for (double& out : merged) {
      const bool take_below =
          below < sums.size() && (above == sums.size() || sums[below] - step <= sums[above] + step);
      out = take_below ? sums[below++] - step : sums[above++] + step;
    }
    sums.swap(merged);
  }
  check(std::is_sorted(sums.begin(), sums.end()), "merged sums are sorted");
  return sums;
}

// Sign patterns with |sum| >= threshold > 0. Every pattern has its opposite, so that
// twice those with a positive sum are all.
std::uint64_t count_extreme(std::span<const double> values, double threshold) {
  check(threshold > 0, "a sum of zero is not extreme");
  const std::size_t half = values.size() / 2;
  const auto left = signed_sums(values.first(half));
  const auto right = signed_sums(values.subspan(half));
  std::uint64_t count = 0;
  std::size_t first = right.size();  // right[first...] reach the threshold beside `a`
  for (const double a : left) {
    while (first > 0 && right[first - 1] >= threshold - a) --first;
    count += right.size() - first;
  }
  return 2 * count;
}

SignFlipTest drawn_test(std::span<const double> differences, double threshold) {
  RandomStream stream(1, "report sign flips", differences.size());
  std::uint64_t hits = 0;
  for (std::uint64_t draw = 0; draw < kSignFlipDraws; ++draw) {
    double flipped = 0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      if (i % 64 == 0) bits = stream.bits64();
      flipped += (bits >> (i % 64) & 1) != 0 ? differences[i] : -differences[i];
    }
    if (std::abs(flipped) >= threshold) ++hits;
  }
  return {static_cast<double>(hits + 1) / static_cast<double>(kSignFlipDraws + 1), false,
          kSignFlipDraws};
}

}  // namespace

SignFlipTest sign_flip_test(std::span<const double> differences, double magnitude) {
  // Scaling by a power of two is exact. No sum of so small numbers overflows.
  constexpr double kSmall = 0x1p-64;
  const auto is_large = [](double d) {
    return std::abs(d) > std::numeric_limits<double>::max() * kSmall;
  };
  if (std::any_of(differences.begin(), differences.end(), is_large)) {
    std::vector<double> scaled(differences.begin(), differences.end());
    for (double& d : scaled) {
      check(std::isfinite(d), "differences are finite");
      d *= kSmall;
    }
    return sign_flip_test(scaled, magnitude * kSmall);
  }
  const std::size_t n = differences.size();
  double sum = 0;
  double size = 0;
  for (const double d : differences) {
    check(std::isfinite(d), "differences are finite");
    sum += d;
    size += std::abs(d);
  }
  if (size == 0) return {};
  // Both sums that are compared can be off.
  const double rounding =
      std::max(kRounding * size, 2 * static_cast<double>(n) * rounding_of_difference(magnitude));
  const double threshold = std::abs(sum) - rounding;
  if (threshold <= 0 || n == 1) return {};
  if (n > kLargestExactSignFlip) return drawn_test(differences, threshold);
  const double patterns = std::ldexp(1.0, static_cast<int>(n));
  return {static_cast<double>(count_extreme(differences, threshold)) / patterns, true, 0};
}

double smallest_sign_flip_p(std::size_t n) {
  if (n == 0) return 1;
  if (n > kLargestExactSignFlip) return 1.0 / static_cast<double>(kSignFlipDraws + 1);
  return std::ldexp(1.0, 1 - static_cast<int>(n));
}

std::optional<std::size_t> pairs_to_reach(double alpha, std::size_t family) {
  check(alpha > 0 && family > 0, "a family has a level and members");
  for (std::size_t n = 1; n <= kLargestExactSignFlip; ++n) {
    if (smallest_sign_flip_p(n) * static_cast<double>(family) <= alpha) return n;
  }
  return std::nullopt;
}

}  // namespace polysweep
