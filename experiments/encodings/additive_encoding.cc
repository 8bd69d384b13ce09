#include "experiments/encodings/additive_encoding.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

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
  explicit Additive(at::Tensor table) : table_(std::move(table)) {}

  at::Tensor embed(const at::Tensor& x, const at::Tensor& positions) const override {
    return x + table_.index_select(0, positions);
  }

 private:
  at::Tensor table_;
};

}  // namespace

std::unique_ptr<Encoding> additive_encoding(const EncodingContext& context, PositionTable table) {
  check(static_cast<std::int64_t>(table.size()) == context.longest, "each position has its row");
  at::Tensor values = at::empty({context.longest, context.width}, at::kDouble);
  double* value = values.data_ptr<double>();
  for (std::vector<double>& row : table) {
    check(static_cast<std::int64_t>(row.size()) == context.width, "a row has M features");
    if (context.options.matched_norm) scale_to(row, std::sqrt(row.size() / 2.0));
    value = std::copy(row.begin(), row.end(), value);
  }
  return std::make_unique<Additive>(values.to(context.weights->options()));
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

PositionTable table_by_position(const EncodingContext& context, const PolynomialValues& basis) {
  PositionTable table;
  for (std::int64_t p = 0; p < context.longest; ++p) {
    const std::size_t degree = static_cast<std::size_t>(p + context.options.offset);
    table.push_back(basis[std::min(degree, basis.size() - 1)]);
  }
  return table;
}

FeatureGrid feature_grid(const EncodingContext& context, Quadrature (*gauss)(std::int64_t)) {
  const std::int64_t width = context.width;
  const std::int64_t last = last_degree(context);
  const std::vector<double> ones(static_cast<std::size_t>(width), 1);
  switch (context.options.grid) {
    case PolynomialGrid::kPaper:
      return {paper_grid(width), ones, last};
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
    table.push_back(std::move(row));
  }
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
