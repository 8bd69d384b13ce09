// Ratios on a logarithmic axis: for each cell a line of marks, one for each target.
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
  std::string one;  // what the line at 1 is: "baseline"
};

// The first row on top. Throws std::logic_error without marks, and for a ratio that is not
// positive or an end that is negative.
Figure ratio_figure(const std::string& id, const RatioAxes& axes,
                    const std::vector<RatioRow>& rows);

}  // namespace polysweep
