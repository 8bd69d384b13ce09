#include "experiments/encodings/additive_encoding.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {
namespace {

double length(const std::vector<double>& row) {
  double sum = 0;
  for (const double value : row) sum += value * value;
  return std::sqrt(sum);
}

void scale_to(std::vector<double>& row, double wanted) {
  const double is = length(row);
  if (is == 0) fail("a row of zeros has no norm to match; use norm = raw or a lower order");
  for (double& value : row) value *= wanted / is;
}

class Additive : public Encoding {
 public:
  Additive(at::Tensor table, std::int64_t rank) : table_(std::move(table)), rank_(rank) {}

  at::Tensor embed(const at::Tensor& x, const at::Tensor& positions) const override {
    return x + table_.index_select(0, positions);
  }

  std::optional<std::int64_t> rank() const override { return rank_; }

 private:
  at::Tensor table_;
  std::int64_t rank_;
};

// How many of `first` ... `last` leave `remainder` when divided by 2.
std::int64_t count_of(std::int64_t first, std::int64_t last, std::int64_t remainder) {
  const auto below = [&](std::int64_t end) { return (end + 1 - remainder) / 2; };
  return below(last + 1) - below(first);
}

// The rank of the polynomials of degree `first` ... `last` as vectors on `points`
// points. Degrees below `points` are independent. On symmetric points even and odd
// degrees stay apart, and (points + 1) / 2 and points / 2 of them are independent.
std::int64_t polynomial_rank(std::int64_t first, std::int64_t last, std::int64_t points,
                             bool symmetric) {
  if (!symmetric) return std::min(last - first + 1, points);
  return std::min(count_of(first, last, 0), (points + 1) / 2) +
         std::min(count_of(first, last, 1), points / 2);
}

}  // namespace

std::unique_ptr<Encoding> additive_encoding(const EncodingContext& context, PositionTable table) {
  check(static_cast<std::int64_t>(table.rows.size()) == context.longest,
        "each position has its row");
  check(1 <= table.rank && table.rank <= std::min(context.longest, context.width),
        "a table has a rank of at least 1, and at most its shorter side");
  at::Tensor values = at::empty({context.longest, context.width}, at::kDouble);
  double* value = values.data_ptr<double>();
  for (std::vector<double>& row : table.rows) {
    check(static_cast<std::int64_t>(row.size()) == context.width, "a row has M features");
    if (context.options.matched_norm) scale_to(row, std::sqrt(row.size() / 2.0));
    value = std::copy(row.begin(), row.end(), value);
  }
  return std::make_unique<Additive>(values.to(context.weights->options()), table.rank);
}

std::int64_t highest_degree(const EncodingContext& context, std::int64_t full) {
  if (!context.options.order) return full;
  const std::int64_t order = *context.options.order;
  if (order < 0) fail("order {} is below 0", order);
  if (order >= context.width) {
    fail("order {} is above the rank of dimension {}: the highest order is {}", order,
         context.width, context.width - 1);
  }
  if (order > full) {
    fail("order {} is above {}, the highest degree that occurs with sentences of up to {} tokens",
         order, full, context.longest);
  }
  return order;
}

std::int64_t last_degree(const EncodingContext& context) {
  return context.longest - 1 + context.options.offset;
}

PositionTable table_by_position(const EncodingContext& context, const PolynomialValues& basis,
                                bool symmetric) {
  const auto highest = static_cast<std::int64_t>(basis.size()) - 1;
  const auto degree_at = [&](std::int64_t position) {
    return std::min(position + context.options.offset, highest);
  };
  PositionTable table;
  for (std::int64_t p = 0; p < context.longest; ++p) {
    table.rows.push_back(basis[static_cast<std::size_t>(degree_at(p))]);
  }
  table.rank =
      polynomial_rank(degree_at(0), degree_at(context.longest - 1), context.width, symmetric);
  return table;
}

FeatureGrid feature_grid(const EncodingContext& context, Quadrature (*gauss)(std::int64_t)) {
  const std::int64_t width = context.width;
  const std::int64_t last = last_degree(context);
  const std::vector<double> ones(static_cast<std::size_t>(width), 1);
  switch (context.options.grid) {
    case PolynomialGrid::kPaper:
      return {paper_grid(width), ones, last, false};
    case PolynomialGrid::kMidpoint:
      return {midpoint_grid(width), ones, last};
    case PolynomialGrid::kGauss:
      break;
  }
  Quadrature nodes = gauss(width);
  for (double& weight : nodes.weights) weight = std::sqrt(weight);
  // The polynomial of degree `width` vanishes on its own nodes.
  return {std::move(nodes.points), std::move(nodes.weights), std::min(last, width - 1)};
}

void scale_columns(PolynomialValues& basis, const std::vector<double>& factors) {
  for (std::vector<double>& row : basis) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] *= factors[i];
  }
}

PositionTable table_by_feature(const EncodingContext& context, const PolynomialValues& basis) {
  const auto rows = orthonormal_rows(static_cast<std::int64_t>(basis.size()), context.width);
  PositionTable table;
  for (std::size_t p = 0; p < static_cast<std::size_t>(context.longest); ++p) {
    std::vector<double> coefficients;
    for (const std::vector<double>& degree : basis) coefficients.push_back(degree[p]);
    if (context.options.matched_norm) scale_to(coefficients, 1);
    std::vector<double> row(static_cast<std::size_t>(context.width), 0);
    for (std::size_t n = 0; n < rows.size(); ++n) {
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += coefficients[n] * rows[n][i];
    }
    table.rows.push_back(std::move(row));
  }
  // Degrees below L are independent on the L positions.
  table.rank = static_cast<std::int64_t>(basis.size());
  return table;
}

std::vector<std::vector<double>> orthonormal_rows(std::int64_t count, std::int64_t width) {
  RandomStream stream(1, "orthonormal rows of a position table");
  std::vector<std::vector<double>> rows;
  for (std::int64_t n = 0; n < count; ++n) {
    std::vector<double> row;
    for (std::int64_t i = 0; i < width; ++i) row.push_back(stream.normal());
    for (int pass = 0; pass < 2; ++pass) {
      for (const std::vector<double>& other : rows) {
        double share = 0;
        for (std::size_t i = 0; i < row.size(); ++i) share += row[i] * other[i];
        for (std::size_t i = 0; i < row.size(); ++i) row[i] -= share * other[i];
      }
    }
    scale_to(row, 1);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace polysweep
