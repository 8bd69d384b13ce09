// Mean points of an analysis as a line of a figure.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/mean_point.h"
#include "reports/figures/band_plot.h"

namespace polysweep {

inline BandLine band_line(std::string label, CellStyle style,
                          const std::vector<MeanPoint>& points) {
  BandLine line{std::move(label), style, {}};
  line.points.reserve(points.size());
  for (const MeanPoint& point : points) {
    line.points.push_back({point.x, point.mean, point.low, point.high});
  }
  return line;
}

}  // namespace polysweep
