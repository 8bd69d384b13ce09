#include "reports/figures/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "framework/core/error.h"
#include "reports/text/escaping.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

// Filled diamond, circle, square, triangles up and down, pentagon, open circle.
constexpr int kPointTypes[kCellShapeCount] = {13, 7, 5, 9, 11, 15, 6};
constexpr double kRounding = 1e-9;      // of powers of ten
constexpr double kPixelsPerInch = 120;  // of a printed figure: its fonts come to 8 pt

void check_style(const CellStyle& style) {
  check(style.colour >= 0 && style.colour < kCellColourCount, "a colour is one of the palette");
  check(style.shape >= 0 && style.shape < kCellShapeCount, "a shape is one of the known");
}

// What every script starts with, after its terminal.
constexpr const char* kHead =
    "set border 3 linecolor rgb 'gray'\nset tics nomirror scale 0.5 textcolor rgb 'black'\n"
    "set grid linecolor rgb 'gray' linewidth 0.5 dashtype 3\n";

// Where the axes lie: x from, to, y from, to, in hundredths of px from below;
// then the values at these ends.
constexpr const char* kAxes =
    "print sprintf('<!-- axes %.9g %.9g %.9g %.9g %.9g %.9g %.9g %.9g -->', "
    "GPVAL_TERM_XMIN, GPVAL_TERM_XMAX, GPVAL_TERM_YMIN, GPVAL_TERM_YMAX, "
    "GPVAL_X_MIN, GPVAL_X_MAX, GPVAL_Y_MIN, GPVAL_Y_MAX)\n";

// The script with a print of its axes at the end of each panel, or at its own end. gnuplot
// prints where it draws: between the panels of the SVG.
std::string with_axes(const std::string& script) {
  const std::string mark = kPanelEnd;
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = script.find(mark); at != script.npos; at = script.find(mark, copied)) {
    out.append(script, copied, at - copied).append(kAxes);
    copied = at + mark.size();
  }
  out.append(script, copied);
  return copied == 0 ? out + kAxes : out;
}

// Every byte as \ooo, in double quotes: nothing that gnuplot could act on. A
// label of tics is a format, in which %% is a percent sign.
std::string octal_text(const std::string& text, bool format) {
  std::string octal = "\"";
  for (const unsigned char c : text) {
    if (format && c == '%') octal += "\\045";
    octal += fmt::format("\\{:03o}", c);
  }
  return octal + "\"";
}

}  // namespace

std::string Labels::quoted(std::string_view text, std::size_t most) {
  const std::string shown = shortened(text, most);
  texts_.push_back(shown);
  std::string token = fmt::format("@{}@", texts_.size() - 1);
  // gnuplot assumes wide characters; a page's are about 0.85 of that.
  const auto width = static_cast<std::size_t>(0.85 * static_cast<double>(text_length(shown)));
  token.append(std::max(width, token.size()) - token.size(), '_');
  return "'" + token + "'";
}

std::string script_colour(const CellStyle& style) {
  check_style(style);
  return style.colour == 0 ? "black" : kCellColours[style.colour];
}

std::string script_colour_number(const CellStyle& style) {
  check_style(style);
  return "0x" + std::string(kCellColours[style.colour]).substr(1);
}

int script_shape(const CellStyle& style) {
  check_style(style);
  return kPointTypes[style.shape];
}

double tic_distance(double range, double most) {
  const double least = range / std::max(most, 1.0);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - kRounding)) return factor * power;
  }
  return 10 * power;
}

std::string axis_tics(const std::string& axis, const std::vector<std::string>& names,
                      bool downwards, Labels& labels) {
  std::string tics;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t at = downwards ? names.size() - 1 - i : i;
    tics += fmt::format("{}{} {}", i == 0 ? "" : ", ", labels.quoted(names[i]), at);
  }
  return "set " + axis + "tics (" + tics + ") scale 0\n";
}

std::string svg_script(const Figure& figure) {
  return fmt::format(
      "set encoding utf8\n"
      "set terminal svg size {},{} dynamic noenhanced font 'sans,13' linewidth 1\n"
      "set print '-'\n{}{}",
      figure.width, figure.height, kHead, with_axes(figure.script));
}

std::string pdf_script(const Figure& figure) {
  std::string script = fmt::format(
      "set encoding utf8\nset terminal pdfcairo size {:.3f},{:.3f} noenhanced "
      "font 'DejaVu Sans,8' linewidth 1\n{}",
      figure.width / kPixelsPerInch, figure.height / kPixelsPerInch, kHead);
  const std::string& source = figure.script;
  std::size_t copied = 0;
  for (std::size_t at = source.find("'@"); at != source.npos; at = source.find("'@", copied)) {
    const std::size_t line = source.rfind('\n', at) + 1;  // 0 on the first line
    const bool format = source.compare(line + 5, 4, "tics") == 0;
    std::size_t index = figure.labels.size();
    const auto read = std::from_chars(source.data() + at + 2, source.data() + source.size(), index);
    const std::size_t end = source.find('\'', at + 1);
    check(read.ec == std::errc() && index < figure.labels.size() && end != source.npos,
          "a token names a label");
    script.append(source, copied, at - copied).append(octal_text(figure.labels[index], format));
    copied = end + 1;
  }
  return script.append(source, copied);
}

std::string finished_pdf(const std::string& output, const Figure& figure) {
  const std::size_t first = output.find("%PDF-");
  const std::string mark = "%%EOF";
  const std::size_t last = output.rfind(mark);
  if (first == std::string::npos || last == std::string::npos || last < first) {
    fail("figure '{}' was not drawn: gnuplot answered {} bytes that are not a PDF", figure.id,
         output.size());
  }
  return output.substr(first, last + mark.size() - first) + "\n";
}

TableCell exact_field(double value) { return {significant_text(value), value}; }

TableCell labelled_field(const std::string& label, const CellStyle& style) {
  TableCell field(label);
  field.swatch = style;
  return field;
}

}  // namespace polysweep
