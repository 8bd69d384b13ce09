// A matrix as a picture: one coloured square for each number, panels side by side.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/figure.h"

namespace polysweep {

struct MatrixPanel {
  std::string title;
  std::vector<std::vector<double>> values;  // [row][column], the first row on top
};

struct MatrixAxes {
  std::string x;  // titles
  std::string y;
  std::string value;
  double low = -1;  // ends of the colour scale
  double high = 1;
};

// Colours are Cividis, from dark blue (low) to yellow (high); what is not finite is
// left blank. All panels have the same size. The numbers are a row for each square:
// panel, row, column, value. Throws std::logic_error for panels that are no
// rectangles of one size.
Figure matrix_figure(const std::string& id, const MatrixAxes& axes,
                     const std::vector<MatrixPanel>& panels);

}  // namespace polysweep
