// The sign-flip test against every pattern counted one by one, and against dynamic
// programming over integer sums.
#include "reports/analysis/sign_flip.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <vector>

#include "framework/core/random_stream.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

// Every pattern, with the tolerance that the header states.
double by_brute_force(const std::vector<double>& differences) {
  double sum = 0;
  double size = 0;
  for (const double d : differences) {
    sum += d;
    size += std::abs(d);
  }
  const double threshold = std::abs(sum) - 1e-12 * size;
  std::uint64_t hits = 0;
  const std::uint64_t patterns = std::uint64_t{1} << differences.size();
  for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
    double flipped = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      flipped += (pattern >> i & 1) != 0 ? differences[i] : -differences[i];
    }
    hits += std::abs(flipped) >= threshold ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(patterns);
}

// The number of patterns for each sum of integers.
double by_dynamic_programming(const std::vector<std::int64_t>& differences) {
  std::map<std::int64_t, std::uint64_t> patterns{{0, 1}};
  for (const std::int64_t d : differences) {
    std::map<std::int64_t, std::uint64_t> next;
    for (const auto& [sum, count] : patterns) {
      next[sum + d] += count;
      next[sum - d] += count;
    }
    patterns = std::move(next);
  }
  const std::int64_t observed =
      std::abs(std::accumulate(differences.begin(), differences.end(), std::int64_t{0}));
  std::uint64_t hits = 0;
  for (const auto& [sum, count] : patterns) hits += std::abs(sum) >= observed ? count : 0;
  return std::ldexp(static_cast<double>(hits), -static_cast<int>(differences.size()));
}

std::vector<double> reals(const std::vector<std::int64_t>& integers, double unit) {
  std::vector<double> numbers;
  for (const std::int64_t d : integers) numbers.push_back(static_cast<double>(d) * unit);
  return numbers;
}

std::vector<std::int64_t> integers_with_drift(std::size_t n, std::uint64_t seed) {
  RandomStream stream(seed, "sign flips", n);
  std::vector<std::int64_t> differences;
  for (std::size_t i = 0; i < n; ++i) {
    differences.push_back(static_cast<std::int64_t>(stream.below(41)) - 14);
  }
  return differences;
}

}  // namespace

TEST_CASE("sign flips equal brute force, for random and for tied differences", "[sign flip]") {
  RandomStream stream(4, "differences");
  for (std::size_t n = 1; n <= 16; ++n) {
    for (const bool tied : {false, true}) {
      std::vector<double> differences;
      for (std::size_t i = 0; i < n; ++i) {
        // 0.1 is not a binary fraction: sums that tie differ in their last bits.
        differences.push_back(tied ? 0.1 * (static_cast<double>(stream.below(7)) - 2)
                                   : 0.4 + stream.normal());
      }
      CAPTURE(n, tied);
      const SignFlipTest test = sign_flip_test(differences, 0);
      CHECK(test.exact);
      CHECK(test.p == by_brute_force(differences));
    }
  }
}

TEST_CASE("p does not jump at 21 pairs: it is exact up to 40", "[sign flip]") {
  for (const std::size_t n : {20, 21, 22, 33, 40}) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      const auto differences = integers_with_drift(n, seed);
      CAPTURE(n, seed);
      for (const double unit : {1.0, 0.1}) {
        const SignFlipTest test = sign_flip_test(reals(differences, unit), 0);
        CHECK(test.exact);
        CHECK(test.draws == 0);
        CHECK(test.p == by_dynamic_programming(differences));
      }
    }
  }
}

TEST_CASE("above 40 pairs sign flips are drawn, near the exact p", "[sign flip]") {
  for (const std::size_t n : {41, 60}) {
    const auto differences = integers_with_drift(n, 5);
    const SignFlipTest test = sign_flip_test(reals(differences, 1), 0);
    CAPTURE(n);
    CHECK_FALSE(test.exact);
    CHECK(test.draws == kSignFlipDraws);
    const double exact = by_dynamic_programming(differences);
    // Five standard errors of a share of the draws.
    CHECK(test.p ==
          Approx(exact).margin(5 * std::sqrt(exact / kSignFlipDraws) + 2.0 / kSignFlipDraws));
  }
}

TEST_CASE("the smallest p is the one that the test gives when all differences agree",
          "[sign flip]") {
  CHECK(smallest_sign_flip_p(0) == 1);
  for (const std::size_t n : {1, 2, 5, 20, 21, 40, 41, 100}) {
    CAPTURE(n);
    const SignFlipTest test = sign_flip_test(std::vector<double>(n, 0.3), 0);
    CHECK(test.p == smallest_sign_flip_p(n));
  }
  CHECK(smallest_sign_flip_p(41) == 1.0 / 100001);
}

TEST_CASE("the pairs that reach a level", "[sign flip]") {
  CHECK(pairs_to_reach(0.05, 1) == 6);
  CHECK(pairs_to_reach(0.05, 12) == 9);  // 2 / 2^9 * 12 = 0.047
  CHECK(pairs_to_reach(1e-9, 1) == 31);
  CHECK_FALSE(pairs_to_reach(1e-13, 1).has_value());
}

TEST_CASE("sign flips of zeros, of nothing and of one pair decide nothing", "[sign flip]") {
  CHECK(sign_flip_test({}, 0).p == 1);
  CHECK(sign_flip_test(std::vector<double>{0, 0, 0}, 0).p == 1);
  CHECK(sign_flip_test(std::vector<double>{5}, 0).p == 1);
  // Rounding must not split ties: 0.1 + 0.2 - 0.3 is not exactly 0.
  CHECK(sign_flip_test(std::vector<double>{0.1, 0.2, -0.3}, 0).p == 1);
  // A difference of zero doubles the patterns of the others.
  CHECK(sign_flip_test(std::vector<double>{1, 2, 0}, 0).p ==
        sign_flip_test(std::vector<double>{1, 2}, 0).p);
}

TEST_CASE("sums that tie are counted as ties whatever the size of the values", "[sign flip]") {
  // Differences of 0.1, -0.1, 0.2, 0.2 and 0.1, with one decimal: 4 of 32 patterns reach 0.5.
  const std::vector<std::int64_t> tenths = {1, -1, 2, 2, 1};
  const double exact = by_dynamic_programming(tenths);
  for (const double level : {0.0, 1.0, 1e3, 1e6, 1e9}) {
    CAPTURE(level);
    std::vector<double> differences;
    for (std::size_t i = 0; i < tenths.size(); ++i) {
      const double base = level + 0.3 * static_cast<double>(i);
      differences.push_back(base + 0.1 * static_cast<double>(tenths[i]) - base);
    }
    CHECK(sign_flip_test(differences, level + 2).p == exact);
  }
  // Rounding that is all of the difference decides nothing.
  const double noise = 1000000.1 + 0.2 - 1000000.3;
  CHECK(noise != 0);
  CHECK(sign_flip_test(std::vector<double>(8, noise), 1e6).p == 1);
}

TEST_CASE("the test of 40 pairs is exact", "[sign flip]") {
  RandomStream stream(6, "forty");
  std::vector<double> differences;
  for (int i = 0; i < 40; ++i) differences.push_back(0.2 + stream.normal());
  const SignFlipTest test = sign_flip_test(differences, 0);
  CHECK(test.exact);
}

TEST_CASE("the test of differences whose sum overflows is that of small ones", "[sign flip]") {
  const std::vector<double> small = {1, 2, 3, -1, 2, 2.5};
  std::vector<double> large;
  for (const double d : small) large.push_back(d * 0x1p1021);
  CHECK(sign_flip_test(large, 0x1p1023).p == sign_flip_test(small, 2).p);
}

}  // namespace polysweep
