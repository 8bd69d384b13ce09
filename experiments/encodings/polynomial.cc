#include "experiments/encodings/polynomial.h"

#include <cmath>
#include <numbers>

namespace polysweep {
namespace {

double number(std::int64_t value) { return static_cast<double>(value); }

// f_{n+1} = a_n x f_n - c_n f_{n-1}, from f_0.
template <typename Coefficients>
PolynomialValues recurrence(std::int64_t highest, std::span<const double> x,
                            std::vector<double> first, Coefficients coefficients) {
  PolynomialValues values{std::move(first)};
  for (std::int64_t n = 0; n < highest; ++n) {
    const auto [a, c] = coefficients(number(n));
    const std::vector<double>& last = values.back();
    std::vector<double> next(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      next[i] = a * x[i] * last[i];
      if (n > 0) next[i] -= c * values[static_cast<std::size_t>(n) - 1][i];
    }
    values.push_back(std::move(next));
  }
  return values;
}

template <typename Point>
std::vector<double> grid(std::int64_t count, Point point) {
  std::vector<double> points;
  for (std::int64_t i = 0; i < count; ++i) points.push_back(point(number(i), number(count)));
  return points;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

PolynomialValues legendre(std::int64_t highest, std::span<const double> x) {
  return recurrence(highest, x, std::vector<double>(x.size(), 1), [](double n) {
    return std::pair{(2 * n + 1) / (n + 1), n / (n + 1)};
  });
}

PolynomialValues chebyshev(std::int64_t highest, std::span<const double> x) {
  return recurrence(highest, x, std::vector<double>(x.size(), 1), [](double n) {
    return std::pair{n == 0 ? 1.0 : 2.0, 1.0};
  });
}

PolynomialValues hermite_functions(std::int64_t highest, std::span<const double> x) {
  std::vector<double> first;
  for (const double at : x)
    first.push_back(std::pow(std::numbers::pi, -0.25) * std::exp(-at * at / 2));
  return recurrence(highest, x, std::move(first), [](double n) {
    return std::pair{std::sqrt(2 / (n + 1)), std::sqrt(n / (n + 1))};
  });
}

PolynomialValues gram(std::int64_t highest, std::int64_t points) {
  const std::vector<double> x = closed_grid(points);
  PolynomialValues values;
  std::vector<double> next(x.size(), 1);
  for (std::int64_t n = 0; n <= highest; ++n) {
    // The recurrence alone loses orthogonality near degree `points`; taking the
    // lower degrees out twice keeps it to the last bits.
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::vector<double>& lower : values) {
        const double share = dot(next, lower);
        for (std::size_t i = 0; i < x.size(); ++i) next[i] -= share * lower[i];
      }
    }
    const double norm = std::sqrt(dot(next, next));
    for (double& value : next) value /= next.back() < 0 ? -norm : norm;
    values.push_back(next);
    for (std::size_t i = 0; i < x.size(); ++i) next[i] *= x[i];
  }
  return values;
}

Quadrature gauss_legendre(std::int64_t count) {
  Quadrature result;
  const double n = number(count);
  for (std::int64_t i = count; i >= 1; --i) {
    double x = std::cos(std::numbers::pi * (number(i) - 0.25) / (n + 0.5));
    double slope = 1;
    for (int iteration = 0; iteration < 8; ++iteration) {
      double last = 1;
      double value = x;
      for (double k = 1; k < n; ++k) {
        const double next = ((2 * k + 1) * x * value - k * last) / (k + 1);
        last = value;
        value = next;
      }
      slope = n * (x * value - last) / (x * x - 1);
      x -= value / slope;
    }
    result.points.push_back(x);
    result.weights.push_back(2 / ((1 - x * x) * slope * slope));
  }
  return result;
}

Quadrature gauss_chebyshev(std::int64_t count) {
  const double n = number(count);
  return {grid(count,
               [](double i, double size) {
                 return -std::cos(std::numbers::pi * (2 * i + 1) / (2 * size));
               }),
          std::vector<double>(static_cast<std::size_t>(count), std::numbers::pi / n)};
}

std::vector<double> paper_grid(std::int64_t count) {
  return grid(count, [](double i, double size) { return -1 + 2 * i / size; });
}

std::vector<double> midpoint_grid(std::int64_t count) {
  return grid(count, [](double i, double size) { return -1 + (2 * i + 1) / size; });
}

std::vector<double> closed_grid(std::int64_t count) {
  if (count == 1) return {0.0};
  return grid(count, [](double i, double size) { return -1 + 2 * i / (size - 1); });
}

}  // namespace polysweep
