// Small multiples: panels side by side that share their y axis, each with points, a line
// with a band, and marks at the edge for what has no place on the axis.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/figures/band_point.h"
#include "reports/figures/figure.h"
#include "reports/figures/panel_scale.h"

namespace polysweep {

struct PanelPoint {
  double x = 0;
  double y = 0;
  CellStyle style;
};

struct PanelLine {
  CellStyle style;
  std::vector<BandPoint> points;  // ascending in x
  bool marked = false;            // each point with its interval, no line: words
};

// What is at an edge: a cross for what has no value, a triangle for one beyond the axis.
struct EdgeMark {
  double x = 0;
  bool cross = true;
};

struct Panel {
  std::string x;  // title, with its unit
  PanelScale scale = PanelScale(0, 1, false);
  std::vector<PanelPoint> points;
  std::vector<PanelLine> lines;
  std::vector<EdgeMark> edge;
};

struct PanelKey {
  std::string text;
  CellStyle style;
  bool line = false;
};

struct PanelAxes {
  std::string y;  // title, with its unit
  PanelScale scale = PanelScale(0, 1, false);
  bool edge_on_top = false;   // where marks of Panel::edge are; else below
  bool line_at_zero = false;  // a thin one, across
  std::vector<PanelKey> key;
};

// One or two panels have half of a page, of more three are in a row; one below the other on a
// narrow page. What a line has
// beyond the y axis is cut off. The figure has no numbers yet. Throws std::logic_error
// without panels.
Figure panel_figure(const std::string& id, const PanelAxes& axes, const std::vector<Panel>& panels);

}  // namespace polysweep
