// Locally weighted linear regression with tricube weights (LOESS; W. S. Cleveland 1979,
// Robust locally weighted regression and smoothing scatterplots, JASA 74), without its
// robustness iterations.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace polysweep {

struct XyPoint {
  double x = 0;
  double y = 0;
};

struct SmoothPoint {
  double x = 0;
  double y = 0;
  double standard_error = 0;
};

// The share of the points that each local fit has, Cleveland's and statsmodels' default.
inline constexpr double kSmoothSpan = 2.0 / 3;

// The smooth at `places` (at least two) evenly spaced from the lowest to the highest x. The
// fit at x is l(x)'y; its standard error is s |l(x)|, where s squared is the sum of squared
// residuals over the sum of 1 - 2 l_ii + |l_i| squared. Of more than 1,000 points 400 of
// them, evenly spread in x, have these two sums. Where all x of a local fit are the same, or
// all as far away, it is the mean. None where there are fewer than 8 points or 4 different x. All
// are finite.
std::vector<SmoothPoint> local_regression(std::span<const XyPoint> points, std::size_t places);

}  // namespace polysweep
