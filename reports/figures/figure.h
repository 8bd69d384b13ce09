// A figure as plain values: the gnuplot script that draws it, and its numbers.
//
// No text of a sweep is in a script: labels are tokens of about the same width. For a
// page, finished_svg() replaces them with the escaped texts; for paper, pdf_script()
// writes them as octal escapes. A script can therefore do nothing but draw.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/text/cell_style.h"
#include "reports/text/table.h"

namespace polysweep {

// Runs gnuplot on a script and returns what it wrote to its standard output.
// Throws Error where it cannot. Empty: figures are not drawn.
using Draw = std::function<std::string(const std::string& script)>;

// What the page's script can do with a figure besides saving it.
enum class FigureKind : std::uint8_t {
  kPicture,   // nothing
  kForest,    // shows the values of a row: numbers are label, mean, low, high
  kCurves,    // shows values, hides lines, zooms: label, panel (of several), x, mean, low, high
  kParallel,  // shows the setting of a line: numbers have a row for each, the last drawn first
};

struct Figure {
  std::string id;           // letters, digits and '-'
  std::string caption;      // what is seen, with units
  std::string description;  // the same for readers who cannot see it
  FigureKind kind = FigureKind::kPicture;
  int width = 900;  // of the page's picture, in px
  int height = 400;
  std::string logarithmic;  // the axes that are: "", "x", "y", "xy"
  // Of kCurves: the page can say when each line first reaches a value, as "minimize" or
  // "maximize" has it, and relative to the line with the label `reference`; "" if not.
  std::string goal;
  std::string reference;
  // Of kCurves: what the y axis shows. The figures of one switch between a linear and a
  // logarithmic axis together.
  std::string y;
  std::string script;               // for gnuplot 5.4, without its terminal
  std::vector<std::string> labels;  // the texts of the script's tokens
  Table numbers;                    // all that is drawn
  // The same for a page as narrow as a phone: none or one, without numbers of its own.
  std::vector<Figure> narrow;
};

// Parts of scripts: gnuplot's names of a colour and of a shape, and a colour as
// the number that `linecolor rgb variable` reads from data.
std::string script_colour(const CellStyle& style);
int script_shape(const CellStyle& style);
std::string script_colour_number(const CellStyle& style);

// The texts of a script that is being written.
class Labels {
 public:
  // A token in single quotes, as wide as `text` will be, of which at most `most`
  // code points are shown.
  std::string quoted(std::string_view text, std::size_t most = 60);
  std::vector<std::string> take() { return std::move(texts_); }

 private:
  std::vector<std::string> texts_;
};

// The line of a script after the plot of a panel; what is before it is that panel's. A
// script of panels is one multiplot.
inline constexpr const char* kPanelEnd = "#panel\n";

// 1, 2 or 5 times a power of ten, so that at most `most` tics are in `range`.
double tic_distance(double range, double most);

// "set ytics (...)": names at 0, 1, ... ; `downwards`: the first on top.
std::string axis_tics(const std::string& axis, const std::vector<std::string>& names,
                      bool downwards, Labels& labels);

// Complete scripts: one writes SVG, then where its axes are, the other PDF.
std::string svg_script(const Figure& figure);
std::string pdf_script(const Figure& figure);

// gnuplot's SVG as an element of a page: ids made unique by
// `id`, no fixed size, no background, black as currentColor, tokens replaced by
// the escaped labels, its axes in data-axes ("x0 x1 y0 y1" in px, then the
// values there) and data-log; of panels, each is a group with its own. Throws Error unless
// `svg` is gnuplot's.
std::string finished_svg(const std::string& svg, const Figure& figure);

// A file on its own: finished_svg() with a white background and a size.
std::string standalone_svg(const std::string& svg, const Figure& figure);

// The PDF in what gnuplot answered, warnings cut off. Throws Error.
std::string finished_pdf(const std::string& output, const Figure& figure);

// Columns of numbers as every figure's table has them; a field of one.
TableCell exact_field(double value);
TableCell labelled_field(const std::string& label, const CellStyle& style);

}  // namespace polysweep
