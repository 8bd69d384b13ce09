// Orthogonal polynomials by their three-term recurrences, in double.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace polysweep {

// values[n][i]: the function of degree n at point i.
using PolynomialValues = std::vector<std::vector<double>>;

// P_0 .. P_highest: P_{n+1} = ((2n+1) x P_n - n P_{n-1}) / (n+1).
PolynomialValues legendre(std::int64_t highest, std::span<const double> x);
// T_{n+1} = 2 x T_n - T_{n-1}.
PolynomialValues chebyshev(std::int64_t highest, std::span<const double> x);
// h_{n+1} = sqrt(2/(n+1)) x h_n - sqrt(n/(n+1)) h_{n-1}, h_0 = pi^(-1/4) exp(-x^2/2).
PolynomialValues hermite_functions(std::int64_t highest, std::span<const double> x);
// Gram (discrete Legendre) polynomials: orthonormal as vectors on `points`
// equally spaced points, each rising at the last. highest < points.
PolynomialValues gram(std::int64_t highest, std::int64_t points);

// `count` points x with weights w: sum w f(x) is the integral over [-1, 1].
struct Quadrature {
  std::vector<double> points;  // ascending
  std::vector<double> weights;
};

// Exact for polynomials to degree 2 count - 1.
Quadrature gauss_legendre(std::int64_t count);
// For the weight 1 / sqrt(1 - x^2).
Quadrature gauss_chebyshev(std::int64_t count);

// -1 + 2 i / count, i = 0 .. count - 1.
std::vector<double> paper_grid(std::int64_t count);
// -1 + (2 i + 1) / count.
std::vector<double> midpoint_grid(std::int64_t count);
// -1 + 2 i / (count - 1); the single point 0 for count = 1.
std::vector<double> closed_grid(std::int64_t count);

}  // namespace polysweep
