// Parallel coordinates: an axis for each parameter and the last one for the metric, a line
// for each setting.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/figures/panel_scale.h"

namespace polysweep {

struct ParallelAxis {
  std::string title;
  PanelScale scale = PanelScale(0, 1, false);
  bool turned = false;  // the low end on top
};

struct ParallelLine {
  std::vector<std::optional<double>> at;  // by axis; none: below the axis
  double merit = 0;                       // 0 to 1: the place on the colour scale
  bool strong = false;                    // drawn thick
};

// Lines are drawn in the reverse of their order, so that the first is on top; the page's
// script relies on it. The colour goes from a thin gray (merit 0) to blue (merit 1). On a
// narrow page axes are one below the other. The figure has no numbers yet. Throws
// std::logic_error without lines, or for one that has not as many places as there are axes.
Figure parallel_figure(const std::string& id, const std::vector<ParallelAxis>& axes,
                       const std::vector<ParallelLine>& lines);

}  // namespace polysweep
