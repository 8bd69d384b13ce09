// The additive model value = row + column + error, by least squares over the values
// that are present.
//
// Rows are eliminated from the normal equations, which leaves one equation for each
// column: time is rows x columns^2 + columns^3, memory columns^2, also for a million
// rows. Rows that no chain of shared columns connects cannot be compared.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "reports/analysis/value_grid.h"

namespace polysweep {

class TwoWayFit {
 public:
  // Values are centred and divided by `scale` > 0, so that squares of huge and tiny
  // numbers stay numbers. `grid` must outlive the fit.
  TwoWayFit(const ValueGrid& grid, double scale);

  std::size_t degrees() const { return degrees_; }               // values - rank of the model
  double residual_squares() const { return residual_squares_; }  // in units of scale^2

  // Rows (columns) of the same component can be compared; none without a value.
  std::optional<std::size_t> row_component(std::size_t row) const;
  std::optional<std::size_t> column_component(std::size_t column) const;

  // Differences of effects a - b within one component, in the unit of the values, and
  // their variances in units of the error's variance.
  double row_difference(std::size_t a, std::size_t b) const;
  double row_variance(std::size_t a, std::size_t b) const;
  double column_difference(std::size_t a, std::size_t b) const;
  double column_variance(std::size_t a, std::size_t b) const;

  // Of a row with values; the origin is one for all rows of a component. Scaled.
  double scaled_row_effect(std::size_t row) const { return row_effects_[row]; }
  // Of a value that is present. Scaled.
  double scaled_residual(std::size_t row, std::size_t column) const;
  // A generalised inverse of the reduced normal matrix.
  double inverse(std::size_t a, std::size_t b) const { return matrix_[a * columns_ + b]; }

 private:
  double centred(std::size_t row, std::size_t column) const;
  void connect();
  void reduce();
  void solve();
  void sum_up();

  const ValueGrid* grid_;
  std::size_t columns_;
  double scale_;
  double centre_ = 0;
  std::size_t degrees_ = 0;
  double residual_squares_ = 0;
  std::vector<std::size_t> first_;   // of each column's component; columns_: empty
  std::vector<double> matrix_;       // columns x columns; after solve() its inverse
  std::vector<double> right_side_;   // of the columns' equations
  std::vector<double> counts_;       // of the values of each row
  std::vector<double> row_effects_;  // before solve() the means of the rows
  std::vector<double> column_effects_;
};

// The largest absolute deviation from the mean of the values; 0 where there is none.
double deviation_scale(const ValueGrid& grid);

}  // namespace polysweep
