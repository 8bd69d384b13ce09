// Values of one metric by row (a cell) and column (a replicate), some of them missing.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace polysweep {

class ValueGrid {
 public:
  ValueGrid(std::size_t rows, std::size_t columns)
      : rows_(rows),
        columns_(columns),
        values_(rows * columns, std::numeric_limits<double>::quiet_NaN()) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  // NaN: no value. Values are finite.
  double at(std::size_t row, std::size_t column) const { return values_[row * columns_ + column]; }
  bool has(std::size_t row, std::size_t column) const { return !std::isnan(at(row, column)); }
  void set(std::size_t row, std::size_t column, double value) {
    values_[row * columns_ + column] = value;
  }

  std::vector<double> row_values(std::size_t row) const {
    std::vector<double> present;
    copy_row(row, present);
    return present;
  }
  // The values that are present, instead of what `present` has.
  void copy_row(std::size_t row, std::vector<double>& present) const {
    present.clear();
    for (std::size_t column = 0; column < columns_; ++column) {
      if (has(row, column)) present.push_back(at(row, column));
    }
  }
  // All values, with NaN where there is none.
  const std::vector<double>& all() const { return values_; }

 private:
  std::size_t rows_;
  std::size_t columns_;
  std::vector<double> values_;
};

}  // namespace polysweep
