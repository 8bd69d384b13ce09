// Ratios on logarithmic axes: small multiples with a row for each cell and a panel for each
// target, which share their axis.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/figures/figure.h"

namespace polysweep {

struct RatioMark {
  std::string name;             // of the target: "90%"
  std::optional<double> ratio;  // a mark; none: bounds alone
  // The line: a confidence interval, or (dashed) bounds. 0 and infinity: an arrow to the edge of
  // the figure; both: nothing is drawn.
  double low = 0;
  double high = 0;
  bool is_interval = true;
  std::string note;  // what the line is and what is missing, for the numbers
};

struct RatioRow {
  std::string label;
  CellStyle style;
  std::vector<RatioMark> marks;  // from above
};

struct RatioAxes {
  std::string x;
  std::string one;                   // what the line at 1 is: "baseline"
  std::vector<std::string> targets;  // in the order of the panels: all names of marks
};

// The first row on top. On a narrow page the marks of a row are below its label, each beside
// its target. Throws std::logic_error without marks, for a mark of another target, a ratio that
// is not positive and an end that is negative.
Figure ratio_figure(const std::string& id, const RatioAxes& axes,
                    const std::vector<RatioRow>& rows);

}  // namespace polysweep
