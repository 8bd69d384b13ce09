// Mean lines with a band each, in panels that share their axes: learning curves, and
// scores over a numeric factor.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "reports/figures/band_point.h"
#include "reports/figures/figure.h"

namespace polysweep {

struct BandLine {
  std::string label;
  CellStyle style;
  std::vector<BandPoint> points;  // ascending in x
  std::string end{};              // its name at the end of the line; "": the label
};

struct BandPanel {
  std::string title;  // above it; "" for none
  std::vector<BandLine> lines;
};

struct BandAxes {
  std::string x;       // titles, with units
  std::string x_unit;  // "" where the title has it
  std::string y;
  std::string y_unit;
  std::string band;  // what the band is: "lowest and highest seed"
  bool x_logarithmic = false;
  bool y_logarithmic = false;
  // Tics of the x axis with names: (at, name). None: numbers.
  std::vector<std::pair<double, std::string>> x_tics;
  bool all_points = false;  // every point has its mark; else some, so that lines stay lines
};

// Every panel has the ranges of all, and only the outer ones have numbers at their axes. Lines
// are named at their ends where all names fit there, else in one key below the panels. A
// label has one style: that of its first line. A panel plots every band, then every line;
// the page's script relies on it. Throws std::logic_error for a panel without points.
Figure band_figure(const std::string& id, const BandAxes& axes, std::vector<BandPanel> panels);
// One panel without a title.
Figure band_figure(const std::string& id, const BandAxes& axes, const std::vector<BandLine>& lines);

}  // namespace polysweep
