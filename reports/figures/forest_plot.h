// A forest plot: differences with their intervals beside a line at zero.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/figure.h"

namespace polysweep {

struct ForestRow {
  std::string label;
  double mean = 0;
  double low = 0;  // low = high = mean: a point without an interval
  double high = 0;
  CellStyle style;
  bool decided = true;  // false: drawn thinner
};

struct ForestAxes {
  std::string x;     // the difference, with its unit
  std::string zero;  // what the line at zero is: "baseline"
  std::string unit;
  int width = 900;  // px
};

// The first row on top. On a narrow page the labels are above the points. Throws std::logic_error
// without rows.
Figure forest_figure(const std::string& id, const ForestAxes& axes,
                     const std::vector<ForestRow>& rows);

}  // namespace polysweep
