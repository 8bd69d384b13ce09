#include "reports/figures/ratio_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr int kMarkHeight = 15;
constexpr int kHeightBesideRows = 110;
constexpr int kNarrowWidth = 360;
constexpr int kNarrowMarkHeight = 19;
constexpr std::size_t kNarrowTitle = 46;
constexpr double kArrow = 1.4;   // the shortest arrow, from its mark or its other end
constexpr double kFarthest = 4;  // an interval is drawn to this many times what else is drawn

Table numbers_of(const std::string& id, const RatioAxes& axes, const std::vector<RatioRow>& rows) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure: " + axes.x;
  table.columns = {{"cell", Align::kLeft, ""},   {"target", Align::kLeft, ""},
                   {"ratio", Align::kRight, ""}, {"low", Align::kRight, ""},
                   {"high", Align::kRight, ""},  {"low and high are", Align::kLeft, ""}};
  for (const RatioRow& row : rows) {
    for (const RatioMark& mark : row.marks) {
      table.rows.push_back({labelled_field(row.label, row.style), mark.name,
                            mark.ratio ? exact_field(*mark.ratio) : TableCell("-", Tone::kMuted),
                            exact_field(mark.low),
                            std::isfinite(mark.high) ? exact_field(mark.high)
                                                     : TableCell("not bounded", Tone::kMissing),
                            mark.note});
    }
  }
  return table;
}

struct Range {
  double low = 1;
  double high = 1;
  void add(double value) {
    if (!(value > 0) || std::isinf(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

Range range_of(const std::vector<RatioRow>& rows) {
  Range core;
  for (const RatioRow& row : rows) {
    for (const RatioMark& mark : row.marks) {
      check(!mark.ratio || *mark.ratio > 0, "a ratio is positive");
      check(mark.low >= 0 && mark.low <= mark.high, "the line of a ratio is a range");
      if (mark.ratio) core.add(*mark.ratio);
      if (mark.is_interval) continue;
      core.add(mark.low);
      core.add(mark.high);
    }
  }
  Range range = core;
  for (const RatioRow& row : rows) {
    for (const RatioMark& mark : row.marks) {
      range.add(mark.low > 0 ? std::clamp(mark.low, core.low / kFarthest, core.high * kFarthest)
                             : mark.ratio.value_or(mark.high) / kArrow);
      range.add(std::isfinite(mark.high)
                    ? std::clamp(mark.high, core.low / kFarthest, core.high * kFarthest)
                    : mark.ratio.value_or(mark.low) * kArrow);
    }
  }
  const double margin = std::max(1.05, std::pow(range.high / range.low, 0.06));
  return {range.low / margin, range.high * margin};
}

// Tics at 1, 2 and 5 of each power of ten, more of them where these are few.
std::string tics_of(const Range& range, bool narrow_page) {
  const bool few = range.high / range.low < 8;
  const std::vector<double> steps = few && !narrow_page
                                        ? std::vector<double>{1, 1.2, 1.5, 2, 3, 4, 5, 6, 7, 8, 9}
                                    : few ? std::vector<double>{1, 1.5, 2, 3, 5, 7}
                                          : std::vector<double>{1, 2, 5};
  const bool wide = range.high / range.low > (narrow_page ? 100 : 2000);
  std::string tics;
  for (int power = static_cast<int>(std::floor(std::log10(range.low)));
       std::pow(10, power) <= range.high; ++power) {
    for (const double step : steps) {
      const double at = step * std::pow(10, power);
      if (at < range.low || at > range.high || (wide && step != 1)) continue;
      tics += fmt::format("{}'{:g}' {:.9g}", tics.empty() ? "" : ", ", at, at);
    }
  }
  return "set xtics (" + tics + ")\nunset mxtics\n";
}

// The data of each kind of line, by its name in the script.
using Lines = std::map<std::string, std::string>;

void add_line(Lines& lines, const RatioMark& mark, double y, const Range& range,
              const std::string& colour) {
  const bool to_left = mark.low < range.low;
  const bool to_right = mark.high > range.high;
  if (mark.low == 0 && std::isinf(mark.high) && !mark.ratio) return;
  const std::string kind = mark.is_interval ? "interval" : "bound";
  const auto line = [&](const std::string& name, double from, double to) {
    lines[kind + name] += fmt::format("{:.9g} {} {:.9g} {}\n", from, y, to - from, colour);
  };
  // Where an arrow starts that has another at its other end.
  const double middle = mark.ratio.value_or(std::sqrt(range.low * range.high));
  if (to_left) line("arrow", to_right ? middle : mark.high, range.low);
  if (to_right) line("arrow", to_left ? middle : mark.low, range.high);
  if (!to_left && !to_right) line("line", mark.low, mark.high);
}

// Labels beside the axis, or above the marks of their row.
void draw_rows(Figure& figure, const RatioAxes& axes, const std::vector<RatioRow>& rows,
               bool narrow) {
  std::size_t places = 0;
  for (const RatioRow& row : rows) places += row.marks.size() + 1;
  check(places > rows.size(), "a figure of ratios has marks");
  figure.logarithmic = "x";
  std::vector<std::string> row_names;
  for (const RatioRow& row : rows) row_names.push_back(row.label);
  figure.width = narrow ? kNarrowWidth : width_beside(row_names);
  figure.height =
      kHeightBesideRows + (narrow ? kNarrowMarkHeight : kMarkHeight) * static_cast<int>(places);
  const Range range = range_of(rows);
  Labels labels;
  Lines lines;
  std::string marks;
  std::string tics;
  std::string names;
  int label = 1;
  const auto name = [&](const std::string& text, const char* x, double y, const char* look) {
    names += fmt::format("set label {} {} at graph {}, first {} left {} textcolor rgb 'black'\n",
                         ++label, text, x, y, look);
  };
  double y = static_cast<double>(places);
  for (const RatioRow& row : rows) {
    if (narrow) {
      name(labels.quoted(row.label, kNarrowTitle), "0", y, "offset 0,0");
      y -= 1;
    } else {
      const double centre = y - (static_cast<double>(row.marks.size()) - 1) / 2;
      tics += fmt::format("{}{} {}", tics.empty() ? "" : ", ", labels.quoted(row.label), centre);
    }
    for (const RatioMark& mark : row.marks) {
      add_line(lines, mark, y, range, script_colour_number(row.style));
      if (mark.ratio) {
        marks += fmt::format("{:.9g} {} {} {}\n", *mark.ratio, y, script_shape(row.style),
                             script_colour_number(row.style));
      }
      name(labels.quoted(mark.name, narrow ? 8 : 20), "1", y, "offset 0.7,0 font ',10'");
      y -= 1;
    }
    if (!narrow) y -= 1;
  }
  std::string plots;
  std::string& script = figure.script;
  const auto add = [&](const std::string& block, const std::string& data, const std::string& look) {
    if (data.empty()) return;
    script += "$" + block + " << EOD\n" + data + "EOD\n";
    plots += (plots.empty() ? "plot $" : ", \\\n  $") + block + " using " + look + " notitle";
  };
  for (const auto& [block, data] : lines) {
    add(block, data,
        std::string("1:2:3:(0):4 with vectors ") +
            (block.ends_with("arrow") ? "head filled size graph 0.012,20 " : "nohead ") +
            (block.starts_with("bound") ? "dashtype 2 linewidth 1.2" : "linewidth 1.6") +
            " linecolor rgb variable");
  }
  add("marks", marks,
      "1:2:3:4 with points pointtype variable linecolor rgb variable pointsize 0.6");
  if (plots.empty()) plots = "plot NaN notitle";
  script += "set border 1 linecolor rgb 'gray'\nset logscale x\n" + tics_of(range, narrow) +
            (narrow ? "unset ytics\nset lmargin 2\n" : "set ytics (" + tics + ") scale 0\n") +
            "unset grid\nset grid xtics linecolor rgb 'gray' linewidth 0.5 dashtype 3\n" + names;
  script += fmt::format(
      "set yrange [0.3:{}]\nset xrange [{:.9g}:{:.9g}]\nset tmargin 2.5\nset rmargin {}\n"
      "set xlabel ' '\nset label 1000 {} at graph 1, graph 0 right offset 0,-2.4 "
      "textcolor rgb 'black'\n"
      "set label 1 {} at first 1, graph 1 center offset 0,0.6 "
      "textcolor rgb 'black'\nset arrow 1 from 1, graph 0 to 1, graph 1 nohead linecolor rgb "
      "'black' linewidth 1.5 back\n{}\n",
      static_cast<double>(places) + 0.7, range.low, range.high, narrow ? 6 : 8,
      labels.quoted(axes.x, narrow ? kNarrowTitle : kLongestTitle), labels.quoted(axes.one), plots);
  figure.labels = labels.take();
}

}  // namespace

Figure ratio_figure(const std::string& id, const RatioAxes& axes,
                    const std::vector<RatioRow>& rows) {
  Figure figure;
  figure.id = id;
  draw_rows(figure, axes, rows, false);
  figure.numbers = numbers_of(id, axes, rows);
  Figure& narrow = figure.narrow.emplace_back();
  narrow.id = id + "-narrow";
  draw_rows(narrow, axes, rows, true);
  return figure;
}

}  // namespace polysweep
