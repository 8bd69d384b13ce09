#include "reports/analysis/two_way_fit.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "framework/core/error.h"
#include "reports/analysis/normal_equations.h"

namespace polysweep {
namespace {

double mean_of_present(const ValueGrid& grid) {
  double largest = 0;
  std::size_t count = 0;
  for (std::size_t row = 0; row < grid.rows(); ++row) {
    for (std::size_t column = 0; column < grid.columns(); ++column) {
      if (!grid.has(row, column)) continue;
      largest = std::max(largest, std::abs(grid.at(row, column)));
      ++count;
    }
  }
  if (largest == 0) return 0;
  double sum = 0;
  for (std::size_t row = 0; row < grid.rows(); ++row) {
    for (std::size_t column = 0; column < grid.columns(); ++column) {
      if (grid.has(row, column)) sum += grid.at(row, column) / largest;
    }
  }
  return sum / static_cast<double>(count) * largest;
}

}  // namespace

double deviation_scale(const ValueGrid& grid) {
  const double mean = mean_of_present(grid);
  double largest = 0;
  for (std::size_t row = 0; row < grid.rows(); ++row) {
    for (std::size_t column = 0; column < grid.columns(); ++column) {
      if (grid.has(row, column)) largest = std::max(largest, std::abs(grid.at(row, column) - mean));
    }
  }
  return std::min(largest, std::numeric_limits<double>::max());
}

TwoWayFit::TwoWayFit(const ValueGrid& grid, double scale)
    : grid_(&grid), columns_(grid.columns()), scale_(scale), centre_(mean_of_present(grid)) {
  check(scale > 0, "values are divided by a scale");
  connect();
  reduce();
  solve();
  sum_up();
}

double TwoWayFit::centred(std::size_t row, std::size_t column) const {
  return (grid_->at(row, column) - centre_) / scale_;
}

void TwoWayFit::connect() {
  std::vector<std::size_t> parent(columns_);
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  std::vector<bool> used(columns_);
  const auto root = [&](std::size_t at) {
    while (parent[at] != at) at = parent[at] = parent[parent[at]];
    return at;
  };
  for (std::size_t row = 0; row < grid_->rows(); ++row) {
    std::size_t first = columns_;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (!grid_->has(row, column)) continue;
      used[column] = true;
      if (first == columns_) first = column;
      const std::size_t a = root(first);
      const std::size_t b = root(column);
      parent[std::max(a, b)] = std::min(a, b);
    }
  }
  for (std::size_t column = 0; column < columns_; ++column) {
    first_.push_back(used[column] ? root(column) : columns_);
  }
}

void TwoWayFit::reduce() {
  matrix_.assign(columns_ * columns_, 0);
  right_side_.assign(columns_, 0);
  counts_.assign(grid_->rows(), 0);
  row_effects_.assign(grid_->rows(), 0);
  std::vector<std::size_t> present;
  std::size_t values = 0;
  std::size_t rows = 0;
  for (std::size_t row = 0; row < grid_->rows(); ++row) {
    present.clear();
    double sum = 0;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (!grid_->has(row, column)) continue;
      present.push_back(column);
      sum += centred(row, column);
    }
    if (present.empty()) continue;
    const double count = static_cast<double>(present.size());
    counts_[row] = count;
    row_effects_[row] = sum / count;
    values += present.size();
    ++rows;
    for (const std::size_t a : present) {
      matrix_[a * columns_ + a] += 1;
      right_side_[a] += centred(row, a) - row_effects_[row];
      for (const std::size_t b : present) matrix_[a * columns_ + b] -= 1 / count;
    }
  }
  std::size_t columns = 0;
  std::size_t components = 0;
  for (std::size_t column = 0; column < columns_; ++column) {
    columns += first_[column] != columns_ ? 1 : 0;
    components += first_[column] == column ? 1 : 0;
  }
  degrees_ = values + components - rows - columns;
}

// The first column of each component has the effect 0.
void TwoWayFit::solve() {
  std::vector<bool> zero(columns_);
  for (std::size_t column = 0; column < columns_; ++column) {
    zero[column] = first_[column] == columns_ || first_[column] == column;
    if (!zero[column]) continue;
    for (std::size_t other = 0; other < columns_; ++other) {
      matrix_[column * columns_ + other] = matrix_[other * columns_ + column] = 0;
    }
    matrix_[column * columns_ + column] = 1;
    right_side_[column] = 0;
  }
  const auto equations = NormalEquations::decomposed(std::move(matrix_), columns_);
  check(equations.has_value(), "a connected design has a definite reduced matrix");
  column_effects_ = right_side_;
  equations->solve(column_effects_);
  std::vector<double> inverse(columns_ * columns_, 0);
  for (std::size_t column = 0; column < columns_; ++column) {
    if (zero[column]) continue;
    const std::span<double> unit(inverse.data() + column * columns_, columns_);
    unit[column] = 1;
    equations->solve(unit);
  }
  matrix_ = std::move(inverse);
}

void TwoWayFit::sum_up() {
  for (std::size_t row = 0; row < grid_->rows(); ++row) {
    if (counts_[row] == 0) continue;
    double sum = 0;
    for (std::size_t column = 0; column < columns_; ++column) {
      if (grid_->has(row, column)) sum += column_effects_[column];
    }
    row_effects_[row] -= sum / counts_[row];
    for (std::size_t column = 0; column < columns_; ++column) {
      if (!grid_->has(row, column)) continue;
      const double residual = scaled_residual(row, column);
      residual_squares_ += residual * residual;
    }
  }
}

std::optional<std::size_t> TwoWayFit::column_component(std::size_t column) const {
  if (first_[column] == columns_) return std::nullopt;
  return first_[column];
}

std::optional<std::size_t> TwoWayFit::row_component(std::size_t row) const {
  for (std::size_t column = 0; column < columns_; ++column) {
    if (grid_->has(row, column)) return first_[column];
  }
  return std::nullopt;
}

double TwoWayFit::scaled_residual(std::size_t row, std::size_t column) const {
  return centred(row, column) - row_effects_[row] - column_effects_[column];
}

double TwoWayFit::row_difference(std::size_t a, std::size_t b) const {
  return (row_effects_[a] - row_effects_[b]) * scale_;
}

double TwoWayFit::column_difference(std::size_t a, std::size_t b) const {
  return (column_effects_[a] - column_effects_[b]) * scale_;
}

double TwoWayFit::column_variance(std::size_t a, std::size_t b) const {
  return inverse(a, a) + inverse(b, b) - 2 * inverse(a, b);
}

double TwoWayFit::row_variance(std::size_t a, std::size_t b) const {
  double variance = 1 / counts_[a] + 1 / counts_[b];
  std::vector<std::pair<std::size_t, double>> weights;
  for (std::size_t column = 0; column < columns_; ++column) {
    const double weight =
        (grid_->has(a, column) ? 1 / counts_[a] : 0) - (grid_->has(b, column) ? 1 / counts_[b] : 0);
    if (weight != 0) weights.emplace_back(column, weight);
  }
  for (const auto& [i, weight_i] : weights) {
    for (const auto& [j, weight_j] : weights) variance += weight_i * inverse(i, j) * weight_j;
  }
  return variance;
}

}  // namespace polysweep
