// A row of dots for each cell, one for each run: its value, or the step at which it
// reached a target.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/figures/figure.h"
#include "reports/text/interval.h"

namespace polysweep {

struct Dot {
  std::string name;  // of the run: "3" where runs are seeds
  double x = 0;
};

struct DotRow {
  std::string label;
  CellStyle style;
  std::vector<Dot> dots;
  std::optional<double> mean;        // a large mark
  std::optional<Interval> interval;  // a line through it
};

struct DotAxes {
  std::string x;     // with its unit
  std::string name;  // what distinguishes runs: "seed"
};

// The first row on top. Throws std::logic_error without dots.
Figure dot_figure(const std::string& id, const DotAxes& axes, const std::vector<DotRow>& rows);

}  // namespace polysweep
