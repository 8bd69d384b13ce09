// A metric over a numeric factor: a line for each name of cells, a panel for each
// context.
//
// A cell to which the factor does not apply is a horizontal line. A factor with a
// level of 0 whose levels span a wide range is drawn on the logarithm of 1 + level. A
// factor with an axis (ParameterSpec::axis) is drawn over the values of that metric: a
// cell is where all its done trials have it. Where a cell has no such value, the levels
// are the axis, and `no_axis_value` says how many cells had none.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/mean_point.h"
#include "reports/text/cell_style.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct FactorLine {
  std::string label;
  CellStyle style;
  std::vector<MeanPoint> points;  // by x; range: t interval over replicates
};

struct FactorCurve {
  std::string factor;
  std::string axis;     // the metric that the factor is to be drawn over; "": its levels
  std::string context;  // "dimension 64"; "" where there is none
  std::string x;        // title of the axis: the factor or its metric, with the unit
  std::vector<FactorLine> lines;
  std::vector<std::pair<double, std::string>> tics;  // where each level is on the axis
  bool logarithmic = false;
  bool horizontal_lines = false;  // there are cells to which the factor does not apply
  std::size_t missing = 0;        // planned runs without a value in the cells drawn
  std::size_t no_axis_value = 0;  // cells of the sweep; > 0: drawn over the levels
};

// For every factor with three or more levels, two or more of them numbers; words
// ("full") are to the right of the numbers, unless the factor has an axis. Cells without any value
// are not drawn; the label of a line names its missing values. `values` are by cell.
std::vector<FactorCurve> factor_curves(const SweepResults& results, const CellLabels& labels,
                                       const std::vector<CellValues>& values, double confidence);

}  // namespace polysweep
