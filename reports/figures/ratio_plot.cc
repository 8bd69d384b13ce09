#include "reports/figures/ratio_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"
#include "reports/figures/panel_scale.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr std::size_t kLongestLabel = 40;
constexpr std::size_t kLongestName = 20;  // of a target
constexpr int kNarrowWidth = 360;
constexpr int kNarrowMarkHeight = 19;
constexpr int kNarrowHeightBesideRows = 110;
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

// At least two, at round numbers.
std::vector<PanelTic> tics_of(const Range& range, std::size_t most) {
  auto tics = PanelScale(range.low, range.high, true).tics(most);
  return tics.size() > 1 ? tics : PanelScale(range.low, range.high, false).tics(most);
}

// A line of a ratio: from, to, and whether it has a head at `to`.
struct Stroke {
  double from = 0;
  double to = 0;
  bool arrow = false;
};

// Beyond the range a line is an arrow to its end.
std::vector<Stroke> strokes_of(const RatioMark& mark, const Range& range) {
  if (mark.low == 0 && std::isinf(mark.high) && !mark.ratio) return {};
  const bool to_left = mark.low < range.low;
  const bool to_right = mark.high > range.high;
  // Where an arrow starts that has another at its other end.
  const double middle = mark.ratio.value_or(std::sqrt(range.low * range.high));
  std::vector<Stroke> strokes;
  if (to_left) strokes.push_back({to_right ? middle : mark.high, range.low, true});
  if (to_right) strokes.push_back({to_left ? middle : mark.low, range.high, true});
  if (!to_left && !to_right) strokes.push_back({mark.low, mark.high, false});
  return strokes;
}

// What is drawn, in px from the lower left.
struct Drawing {
  std::map<std::string, std::string> lines;  // by kind: "x y dx colour" each
  std::string marks;
  std::string frame;
  int labels = 0;
  int strokes = 0;

  void label(const std::string& token, double x, double y, const std::string& how) {
    frame += fmt::format("set label {} {} at {:.6g},{:.6g} {} textcolor rgb 'black'\n", ++labels,
                         token, x, y, how);
  }
  void stroke(double x0, double y0, double x1, double y1, const std::string& how) {
    frame += fmt::format("set arrow {} from {:.6g},{:.6g} to {:.6g},{:.6g} nohead {} back\n",
                         ++strokes, x0, y0, x1, y1, how);
  }
  std::string script(int width, int height) const;
};

std::string Drawing::script(int width, int height) const {
  std::string data;
  std::string plots;
  const auto add = [&](const std::string& block, const std::string& content,
                       const std::string& look) {
    if (content.empty()) return;
    data += "$" + block + " << EOD\n" + content + "EOD\n";
    plots += (plots.empty() ? "plot $" : ", \\\n  $") + block + " using " + look + " notitle";
  };
  for (const auto& [block, content] : lines) {
    add(block, content,
        std::string("1:2:3:(0):4 with vectors ") +
            (block.ends_with("arrow") ? "head filled size 6,20 " : "nohead ") +
            (block.starts_with("bound") ? "dashtype 2 linewidth 1.2" : "linewidth 1.8") +
            " linecolor rgb variable");
  }
  add("marks", marks,
      "1:2:3:4 with points pointtype variable linecolor rgb variable pointsize 0.7");
  if (plots.empty()) plots = "plot NaN notitle";
  return data +
         fmt::format(
             "unset border\nunset grid\nunset xtics\nunset ytics\nunset key\n"
             "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\n"
             "set tmargin at screen 1\nset xrange [0:{}]\nset yrange [0:{}]\n",
             width, height) +
         frame + plots + "\n";
}

// A logarithmic axis between two places.
struct Axis {
  Range range;
  double left = 0;
  double right = 0;

  double at(double ratio) const {
    const double share = std::log(ratio / range.low) / std::log(range.high / range.low);
    return left + (right - left) * std::clamp(share, 0.0, 1.0);
  }
};

void add_mark(Drawing& drawing, const RatioMark& mark, const CellStyle& style, const Axis& axis,
              double y) {
  const std::string colour = script_colour_number(style);
  for (const Stroke& stroke : strokes_of(mark, axis.range)) {
    const double from = axis.at(stroke.from);
    drawing.lines[std::string(mark.is_interval ? "interval" : "bound") +
                  (stroke.arrow ? "arrow" : "line")] +=
        fmt::format("{:.6g} {:.6g} {:.6g} {}\n", from, y, axis.at(stroke.to) - from, colour);
  }
  if (mark.ratio) {
    drawing.marks +=
        fmt::format("{:.6g} {:.6g} {} {}\n", axis.at(*mark.ratio), y, script_shape(style), colour);
  }
}

// The frame of an axis: its tics, and a line at 1.
void add_axis(Drawing& drawing, const Axis& axis, double bottom, double top, std::size_t most,
              Labels& labels) {
  for (const PanelTic& tic : tics_of(axis.range, most)) {
    const double x = axis.at(tic.value);
    drawing.stroke(x, bottom, x, top, "linecolor rgb 'gray' linewidth 0.5 dashtype 3");
    drawing.label(labels.quoted(tic.text, kLongestName), x, bottom - 13, "center");
  }
  drawing.stroke(axis.left, bottom, axis.right, bottom, "linecolor rgb 'gray' linewidth 1");
  drawing.stroke(axis.at(1), bottom, axis.at(1), top, "linecolor rgb 'black' linewidth 1.2");
}

std::size_t longest_label(const std::vector<RatioRow>& rows) {
  std::size_t longest = 0;
  for (const RatioRow& row : rows) longest = std::max(longest, text_length(row.label));
  return std::min(longest, kLongestLabel);
}

// Small multiples: a row for each cell, a panel for each target.
void draw_panels(Figure& figure, const RatioAxes& axes, const std::vector<RatioRow>& rows) {
  constexpr double kRow = 22;
  constexpr double kTop = 30;
  constexpr double kBottom = 50;
  constexpr double kGap = 18;
  constexpr double kRight = 14;
  const double panels = static_cast<double>(axes.targets.size());
  const double left = text_width_px(longest_label(rows)) + 12;
  const Range range = range_of(rows);
  figure.width = axes.targets.size() > 2 ? kFullWidth_px : kHalfWidth_px;
  const double height = kTop + kRow * static_cast<double>(rows.size()) + kBottom;
  figure.height = static_cast<int>(height);
  const double panel = (figure.width - left - kRight - (panels - 1) * kGap) / panels;
  const auto y_of = [&](std::size_t row) {
    return height - kTop - kRow * (static_cast<double>(row) + 0.5);
  };
  Labels labels;
  Drawing drawing;
  for (std::size_t t = 0; t < axes.targets.size(); ++t) {
    const double from = left + static_cast<double>(t) * (panel + kGap);
    const Axis axis{range, from, from + panel};
    add_axis(drawing, axis, kBottom, height - kTop, panel > 200 ? 6 : 4, labels);
    drawing.label(labels.quoted(axes.targets[t], kLongestName), from + panel / 2, height - 12,
                  "center");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (const RatioMark& mark : rows[i].marks) {
        if (mark.name == axes.targets[t]) add_mark(drawing, mark, rows[i].style, axis, y_of(i));
      }
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    drawing.label(labels.quoted(rows[i].label, kLongestLabel), left - 10, y_of(i), "right");
    drawing.stroke(left, y_of(i), figure.width - kRight, y_of(i),
                   "linecolor rgb 'gray' linewidth 0.5 dashtype 3");
  }
  drawing.label(labels.quoted(axes.x + "; line at 1: " + axes.one, kLongestTitle),
                figure.width - kRight, 14, "right");
  figure.script = drawing.script(figure.width, figure.height);
  figure.labels = labels.take();
}

// For a narrow page: a block for each cell with a line for each target.
void draw_blocks(Figure& figure, const RatioAxes& axes, const std::vector<RatioRow>& rows) {
  std::size_t places = 0;
  for (const RatioRow& row : rows) places += row.marks.size() + 1;
  figure.width = kNarrowWidth;
  figure.height = kNarrowHeightBesideRows + kNarrowMarkHeight * static_cast<int>(places);
  const Axis axis{range_of(rows), 18, kNarrowWidth - 52.0};
  const double top = figure.height - 34;
  Labels labels;
  Drawing drawing;
  add_axis(drawing, axis, 50, top, 5, labels);
  double y = top - kNarrowMarkHeight;
  for (const RatioRow& row : rows) {
    drawing.label(labels.quoted(row.label, kNarrowTitle), axis.left, y, "left");
    y -= kNarrowMarkHeight;
    for (const RatioMark& mark : row.marks) {
      add_mark(drawing, mark, row.style, axis, y);
      drawing.label(labels.quoted(mark.name, 8), axis.right + 8, y, "left font ',10'");
      y -= kNarrowMarkHeight;
    }
  }
  drawing.label(labels.quoted(axes.one), axis.at(1), top + 14, "center");
  drawing.label(labels.quoted(axes.x, kNarrowTitle), kNarrowWidth - 8, 12, "right");
  figure.script = drawing.script(figure.width, figure.height);
  figure.labels = labels.take();
}

}  // namespace

Figure ratio_figure(const std::string& id, const RatioAxes& axes,
                    const std::vector<RatioRow>& rows) {
  for (const RatioRow& row : rows) {
    for (const RatioMark& mark : row.marks) {
      const bool known =
          std::find(axes.targets.begin(), axes.targets.end(), mark.name) != axes.targets.end();
      check(known, "a mark is of one of the targets");
    }
  }
  check(
      std::any_of(rows.begin(), rows.end(), [](const RatioRow& row) { return !row.marks.empty(); }),
      "a figure of ratios has marks");
  Figure figure;
  figure.id = id;
  draw_panels(figure, axes, rows);
  figure.numbers = numbers_of(id, axes, rows);
  Figure& narrow = figure.narrow.emplace_back();
  narrow.id = id + "-narrow";
  draw_blocks(narrow, axes, rows);
  return figure;
}

}  // namespace polysweep
