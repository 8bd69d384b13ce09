// A rectangle of fields, each coloured by its value, with the value written in it.
#pragma once

#include <string>
#include <vector>

#include "reports/figures/figure.h"

namespace polysweep {

struct HeatMap {
  std::string x;  // axis titles, with units
  std::string y;
  std::vector<std::string> columns;  // level names
  std::vector<std::string> rows;     // the first on top
  // fields[row * columns.size() + column]; `text` is what is written there.
  struct Field {
    bool known = false;
    double value = 0;
    std::string text;
    bool baseline = false;  // gets the baseline's mark, a filled diamond
  };
  std::vector<Field> fields;
  double low = 0;  // ends of the colour scale, the same over several maps
  double high = 1;
};

// Colours are Cividis, from dark blue (low) to yellow (high). Throws
// std::logic_error where there are not as many fields as rows times columns.
Figure heat_figure(const std::string& id, const HeatMap& map);

}  // namespace polysweep
