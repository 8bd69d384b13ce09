// The two-sided sign-flip test of paired differences, and the smallest p it can give.
//
// Under the hypothesis that the sign of each difference is chance, p is the share of
// sign patterns whose absolute sum reaches the observed one (Fisher 1935, The Design
// of Experiments, section 21). Sums count as equal where they differ by no more than
// rounding: 1e-12 of the sum of absolute differences, or what n differences of values as
// large as `magnitude` can be off (rounding_of_difference()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace polysweep {

// With more pairs, sign patterns are drawn at random.
inline constexpr std::size_t kLargestExactSignFlip = 40;
inline constexpr std::uint64_t kSignFlipDraws = 100'000;

struct SignFlipTest {
  double p = 1;
  // True: all 2^n sign patterns were counted, from the sorted sums of both halves: in
  // 2^(n/2) steps, at most 40 MB. False: `draws` random patterns,
  // p = (hits + 1) / (draws + 1).
  bool exact = true;
  std::uint64_t draws = 0;
};

// `magnitude`: the largest absolute value of which these are differences; 0 where the
// differences themselves are exact. Differences that are all zero but for rounding, or
// none at all, give p = 1.
SignFlipTest sign_flip_test(std::span<const double> differences, double magnitude);

// The smallest p that the test of n differences can give: 2 / 2^n, at most 1; above
// kLargestExactSignFlip 1 / (kSignFlipDraws + 1).
double smallest_sign_flip_p(std::size_t n);

// The fewest pairs with which one of `family` comparisons can reach `alpha` after
// Holm: the first n whose smallest p is at most alpha / family. None where no number
// of pairs can.
std::optional<std::size_t> pairs_to_reach(double alpha, std::size_t family);

}  // namespace polysweep
