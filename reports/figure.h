// A figure as plain values: the gnuplot script that draws it, and its numbers.
//
// No text of a sweep is in a script: labels stand there as tokens of the same
// width, and finished_svg() puts the escaped texts in their place. A script
// therefore cannot be made to do anything but draw.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/table.h"

namespace polysweep {

// Runs gnuplot on a script and returns what it wrote to its standard output.
// Throws Error where it cannot. Empty: figures are not drawn.
using Draw = std::function<std::string(const std::string& script)>;

struct Figure {
  std::string id;                   // letters, digits and '-'
  std::string caption;              // what is seen, with units
  std::string description;          // the same in words, for who cannot see it
  std::string script;               // for gnuplot 5.4, writes SVG to standard output
  std::vector<std::string> labels;  // the texts of the script's tokens
  Table numbers;                    // all that is drawn
};

// Texts on their way into a script.
class Labels {
 public:
  // A token in single quotes, as wide as `text` will be.
  std::string quoted(std::string_view text);
  std::vector<std::string> take() { return std::move(texts_); }

 private:
  std::vector<std::string> texts_;
};

// gnuplot's SVG as an element that can stand in a page: ids made unique by
// `id`, no fixed size, no background, black as currentColor, tokens replaced by
// the escaped labels. Throws Error unless `svg` is gnuplot's.
std::string finished_svg(const std::string& svg, const Figure& figure);

// A file on its own: finished_svg() with a white background and a size.
std::string standalone_svg(const std::string& svg, const Figure& figure);

// What every script begins with.
std::string script_head(int width, int height);

struct ForestRow {
  std::string label;
  double mean = 0;
  double low = 0;
  double high = 0;
  int colour = 0;
};
// Paired differences with their intervals, the baseline as a line at zero.
Figure forest_figure(const std::string& id, const std::string& axis,
                     const std::vector<ForestRow>& rows);

struct BandPoint {
  double step = 0;
  double mean = 0;
  double low = 0;
  double high = 0;
};
struct BandLine {
  std::string label;
  int colour = 0;
  int dash = 1;  // gnuplot's dash type, tells lines of one colour apart
  std::vector<BandPoint> points;
};
struct BandAxes {
  std::string x;
  std::string y;
  bool logarithmic = false;
};
// Mean lines with a band each.
Figure band_figure(const std::string& id, const BandAxes& axes, const std::vector<BandLine>& lines);

struct HeatMap {
  std::string x;  // axis titles
  std::string y;
  std::vector<std::string> columns;  // level names
  std::vector<std::string> rows;
  // values[row * columns.size() + column]; `text` is what is written there.
  struct Field {
    bool known = false;
    double value = 0;
    std::string text;
  };
  std::vector<Field> fields;
  double low = 0;  // ends of the colour scale, the same over several maps
  double high = 1;
};
Figure heat_map_figure(const std::string& id, const HeatMap& map);

}  // namespace polysweep
