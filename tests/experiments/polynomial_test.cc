#include "experiments/encodings/polynomial.h"

#include <cmath>

#include "tests/support/catch.h"

namespace polysweep {
namespace {

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double largest_cosine(const PolynomialValues& rows, std::size_t from) {
  double most = 0;
  for (std::size_t a = from; a < rows.size(); ++a)
    for (std::size_t b = a + 1; b < rows.size(); ++b)
      most = std::max(most, std::abs(dot(rows[a], rows[b])) /
                                std::sqrt(dot(rows[a], rows[a]) * dot(rows[b], rows[b])));
  return most;
}

double binomial(int n, int k) {
  return std::tgamma(n + 1) / std::tgamma(k + 1) / std::tgamma(n - k + 1);
}

// 2^-n sum (-1)^k C(n, k) C(2n - 2k, n) x^(n - 2k): not by recurrence.
double slow_legendre(int n, double x) {
  double sum = 0;
  for (int k = 0; 2 * k <= n; ++k)
    sum += (k % 2 == 0 ? 1 : -1) * binomial(n, k) * binomial(2 * n - 2 * k, n) *
           std::pow(x, n - 2 * k);
  return sum * std::pow(2.0, -n);
}

}  // namespace

TEST_CASE("Legendre polynomials are those of the explicit sum", "[polynomial]") {
  const std::vector<double> x = {-1, -0.7, 0, 0.3, 0.99, 1};
  const PolynomialValues values = legendre(12, x);
  REQUIRE(values.size() == 13);
  for (int n = 0; n <= 12; ++n)
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(values[static_cast<std::size_t>(n)][i] == Approx(slow_legendre(n, x[i])).margin(1e-11));
}

TEST_CASE("Chebyshev polynomials of cos t are cos nt", "[polynomial]") {
  std::vector<double> angles, x;
  for (int i = 0; i < 20; ++i) angles.push_back(0.16 * i);
  for (const double angle : angles) x.push_back(std::cos(angle));
  const PolynomialValues values = chebyshev(60, x);
  for (std::size_t n = 0; n <= 60; ++n)
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(values[n][i] == Approx(std::cos(static_cast<double>(n) * angles[i])).margin(1e-11));
}

TEST_CASE("Hermite functions are orthonormal on the line", "[polynomial]") {
  std::vector<double> x;
  for (int i = -1200; i <= 1200; ++i) x.push_back(0.01 * i);
  const PolynomialValues values = hermite_functions(20, x);
  for (std::size_t a = 0; a <= 20; ++a)
    for (std::size_t b = 0; b <= 20; ++b)
      CHECK(0.01 * dot(values[a], values[b]) == Approx(a == b ? 1 : 0).margin(1e-10));
}

TEST_CASE("Gram polynomials are orthonormal on their points, to the last degree", "[polynomial]") {
  const PolynomialValues values = gram(49, 50);
  for (std::size_t a = 0; a < 50; ++a) {
    for (std::size_t b = 0; b <= a; ++b)
      CHECK(dot(values[a], values[b]) == Approx(a == b ? 1 : 0).margin(1e-12));
    CHECK(values[a].back() > 0);
    // Degree a: orthogonal to every lower power, so that its a-th difference is
    // the first that is constant. Signs alternate a times.
    int changes = 0;
    for (std::size_t i = 1; i < 50; ++i) changes += values[a][i] * values[a][i - 1] < 0 ? 1 : 0;
    CHECK(changes == static_cast<int>(a));
  }
}

TEST_CASE("Gauss quadrature is exact to degree 2n - 1", "[polynomial]") {
  const Quadrature nodes = gauss_legendre(16);
  const Quadrature circle = gauss_chebyshev(16);
  for (int power = 0; power <= 31; ++power) {
    double plain = 0, weighted = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      plain += nodes.weights[i] * std::pow(nodes.points[i], power);
      weighted += circle.weights[i] * std::pow(circle.points[i], power);
    }
    CHECK(plain == Approx(power % 2 == 0 ? 2.0 / (power + 1) : 0).margin(1e-13));
    // The integral of x^2m / sqrt(1 - x^2) is pi (2m)! / (4^m m!^2).
    const double half = power / 2.0;
    const double wanted = power % 2 == 0
                              ? std::acos(-1) * std::tgamma(power + 1) / std::pow(4, half) /
                                    std::pow(std::tgamma(half + 1), 2)
                              : 0;
    CHECK(weighted == Approx(wanted).margin(1e-12));
  }
  CHECK(std::is_sorted(nodes.points.begin(), nodes.points.end()));
  CHECK(std::is_sorted(circle.points.begin(), circle.points.end()));
}

TEST_CASE("grids begin and end where they say", "[polynomial]") {
  CHECK(paper_grid(4) == std::vector<double>{-1, -0.5, 0, 0.5});
  CHECK(midpoint_grid(4) == std::vector<double>{-0.75, -0.25, 0.25, 0.75});
  CHECK(closed_grid(5) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  CHECK(closed_grid(1) == std::vector<double>{0});
}

// 50 degrees on 128 points: the numbers of the study's specification.
TEST_CASE("rows are as alike as is known of each grid", "[polynomial]") {
  CHECK(largest_cosine(legendre(50, paper_grid(128)), 1) == Approx(0.485).margin(0.0006));
  CHECK(largest_cosine(legendre(50, closed_grid(128)), 1) == Approx(0.621).margin(0.0006));
  CHECK(largest_cosine(legendre(50, midpoint_grid(128)), 1) == Approx(0.181).margin(0.0006));
}

}  // namespace polysweep
