#include "reports/figures/parallel_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 40;
constexpr std::size_t kLongestTic = 12;
constexpr double kAbsent = -0.1;  // the share of a line without a place on an axis

// From gray to blue, both seen on white and on black; mostly transparent at 0.
std::string colour_of(double merit) {
  constexpr double kLow[3] = {150, 150, 150};
  constexpr double kHigh[3] = {0, 114, 178};
  const double share = std::clamp(merit, 0.0, 1.0);
  long channels[3];
  for (int c = 0; c < 3; ++c) channels[c] = std::lround(kLow[c] + share * (kHigh[c] - kLow[c]));
  const auto clear = std::lround(140 * (1 - share));
  return fmt::format("0x{:02x}{:02x}{:02x}{:02x}", clear, channels[0], channels[1], channels[2]);
}

// Places in px, y upwards. Axes are vertical and side by side, or on a narrow page
// horizontal and one below the other.
struct Layout {
  int width = kFullWidth_px;
  int height = 340;
  bool narrow = false;
  std::size_t axes = 0;

  double along() const { return narrow ? width - 60 : height - 80; }  // length of an axis
  double across(std::size_t axis) const {
    const auto gaps = static_cast<double>(std::max<std::size_t>(axes - 1, 1));
    const auto at = static_cast<double>(axis);
    return narrow ? height - 34 - at * (height - 34 - 46) / gaps
                  : 70 + at * (width - 70 - 96) / gaps;
  }
  double place(double share) const { return (narrow ? 30 : 44) + along() * share; }
};

struct Writer {
  const Layout& layout;
  std::string frame;
  int labels = 0;
  int strokes = 0;

  std::string at(double across, double along) const {
    return layout.narrow ? fmt::format("{:.6g},{:.6g}", along, across)
                         : fmt::format("{:.6g},{:.6g}", across, along);
  }
  void label(const std::string& token, double across, double along, const std::string& how) {
    frame += fmt::format("set label {} {} at {} {} front textcolor rgb 'black'\n", ++labels, token,
                         at(across, along), how);
  }
  void stroke(double across, double from, double other, double to, const char* how) {
    frame += fmt::format("set arrow {} from {} to {} nohead {}\n", ++strokes, at(across, from),
                         at(other, to), how);
  }
};

double share_of(const ParallelAxis& axis, double value) {
  const double share = std::clamp(axis.scale.share(value), 0.0, 1.0);
  return axis.turned ? 1 - share : share;
}

void add_axis(Writer& writer, const ParallelAxis& axis, std::size_t index, bool absent,
              Labels& labels) {
  const Layout& layout = writer.layout;
  const double across = layout.across(index);
  writer.stroke(across, layout.place(0), across, layout.place(1),
                "linecolor rgb 'black' linewidth 1 front");
  const double spacing =
      layout.narrow
          ? layout.width
          : (layout.width - 170.0) / static_cast<double>(std::max<std::size_t>(layout.axes - 1, 1));
  const auto fitting =
      std::max<std::size_t>(8, static_cast<std::size_t>(spacing / text_width_px(1)));
  const std::string title = labels.quoted(axis.title, std::min(kLongestTitle, fitting));
  if (layout.narrow) {
    writer.label(title, across + 13, layout.place(0), "left");
  } else {
    writer.label(title, across, layout.place(1) + 20, "center");
  }
  for (const PanelTic& tic : axis.scale.tics(5)) {
    const double along = layout.place(share_of(axis, tic.value));
    const std::string text = labels.quoted(tic.text, kLongestTic);
    if (layout.narrow) {
      writer.stroke(across - 3, along, across, along, "linecolor rgb 'black' linewidth 1 front");
      writer.label(text, across - 12, along, "center");
    } else {
      writer.stroke(across, along, across + 4, along, "linecolor rgb 'black' linewidth 1 front");
      writer.label(text, across + 7, along, "left");
    }
  }
  if (!absent) return;
  if (layout.narrow) {
    writer.label("'-'", across - 12, layout.place(kAbsent * 0.7), "center");
  } else {
    writer.label("'-'", across + 7, layout.place(kAbsent), "left");
  }
}

// Lines of a kind, each a path of its own.
std::string data_of(const Writer& writer, const std::vector<ParallelAxis>& axes,
                    const std::vector<ParallelLine>& lines, bool strong) {
  std::string data;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->strong != strong) continue;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const double share = line->at[i] ? share_of(axes[i], *line->at[i])
                                       : (writer.layout.narrow ? kAbsent * 0.7 : kAbsent);
      const double across = writer.layout.across(i);
      const double along = writer.layout.place(share);
      data += fmt::format("{:.6g} {:.6g} {}\n", writer.layout.narrow ? along : across,
                          writer.layout.narrow ? across : along, colour_of(line->merit));
    }
    data += "\n";
  }
  return data;
}

void draw_lines(Figure& figure, const std::vector<ParallelAxis>& axes,
                const std::vector<ParallelLine>& lines, bool narrow) {
  Layout layout;
  layout.narrow = narrow;
  layout.axes = axes.size();
  if (narrow) {
    layout.width = 360;
    layout.height = 80 + 88 * static_cast<int>(axes.size() - 1);
  }
  figure.width = layout.width;
  figure.height = layout.height;
  Writer writer{layout, "", 0, 0};
  Labels labels;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const bool absent = std::any_of(lines.begin(), lines.end(),
                                    [&](const ParallelLine& line) { return !line.at[i]; });
    add_axis(writer, axes[i], i, absent, labels);
  }
  std::string plots;
  for (const bool strong : {false, true}) {
    const std::string data = data_of(writer, axes, lines, strong);
    if (data.empty()) continue;
    const std::string name = strong ? "$best" : "$lines";
    figure.script += name + " << EOD\n" + data + "EOD\n";
    plots +=
        fmt::format("{} using 1:2:3 with lines linecolor rgb variable linewidth {} notitle, \\\n",
                    name, strong ? 2.4 : 1);
  }
  figure.script += fmt::format(
      "unset border\nunset grid\nunset xtics\nunset ytics\nunset key\n"
      "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\n"
      "set tmargin at screen 1\nset xrange [0:{}]\nset yrange [0:{}]\n{}plot {}NaN notitle\n",
      layout.width, layout.height, writer.frame, plots);
  figure.labels = labels.take();
}

}  // namespace

Figure parallel_figure(const std::string& id, const std::vector<ParallelAxis>& axes,
                       const std::vector<ParallelLine>& lines) {
  check(!lines.empty() && axes.size() >= 2, "parallel coordinates have lines and axes");
  for (const ParallelLine& line : lines) {
    check(line.at.size() == axes.size(), "a line has a place on each axis");
  }
  Figure figure;
  figure.id = id;
  figure.kind = FigureKind::kParallel;
  draw_lines(figure, axes, lines, false);
  Figure& narrow = figure.narrow.emplace_back();
  narrow.id = id + "-narrow";
  draw_lines(narrow, axes, lines, true);
  return figure;
}

}  // namespace polysweep
