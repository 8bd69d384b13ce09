// Mean lines with a band each: learning curves, and scores over a numeric factor.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/figures/figure.h"

namespace polysweep {

struct BandPoint {
  double x = 0;
  double mean = 0;
  double low = 0;
  double high = 0;
};

struct BandLine {
  std::string label;
  CellStyle style;
  std::vector<BandPoint> points;  // ascending in x
};

struct BandAxes {
  std::string x;  // titles, with units
  std::string y;
  std::string y_unit;
  std::string band;  // what the band is: "lowest and highest seed"
  bool x_logarithmic = false;
  bool y_logarithmic = false;
  // Tics of the x axis with names: (at, name). None: numbers.
  std::vector<std::pair<double, std::string>> x_tics;
  bool all_points = false;  // every point has its mark; else some, so that lines stay lines
};

// Plots, in this order: every band, every line, every entry of the key; the page's
// script relies on it. Throws std::logic_error without lines.
Figure band_figure(const std::string& id, const BandAxes& axes, const std::vector<BandLine>& lines);

}  // namespace polysweep
