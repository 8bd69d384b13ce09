#include "reports/figures/band_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr std::size_t kMarks = 8;  // of a long line
constexpr std::size_t kLongestEnd = 20;
constexpr std::size_t kNarrowEnd = 14;
constexpr double kTicDistance_px = 58;  // at least, of the x axis
constexpr double kYTicDistance_px = 34;
constexpr double kKeySample_px = 44;
constexpr double kNearEnd = 0.02;  // of the x range: a line that stops before has no name there

Table numbers_of(const std::string& id, const BandAxes& axes,
                 const std::vector<BandPanel>& panels) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure: " + axes.y + "; low and high are the " + axes.band;
  table.columns = {{"line", Align::kLeft, ""},
                   {axes.x, Align::kRight, axes.x_unit},
                   {"mean", Align::kRight, axes.y_unit},
                   {"low", Align::kRight, axes.y_unit},
                   {"high", Align::kRight, axes.y_unit}};
  const bool titled = panels.size() > 1;
  if (titled) table.columns.insert(table.columns.begin() + 1, {"panel", Align::kLeft, ""});
  for (const auto& panel : panels) {
    for (const auto& line : panel.lines) {
      for (const auto& point : line.points) {
        TableRow row = {labelled_field(line.label, line.style), exact_field(point.x),
                        exact_field(point.mean), exact_field(point.low), exact_field(point.high)};
        if (titled) row.insert(row.begin() + 1, TableCell(panel.title));
        table.rows.push_back(std::move(row));
      }
    }
  }
  return table;
}

struct Range {
  double low = 0;
  double high = 0;
  bool any = false;
  void add(double value) {
    if (!std::isfinite(value)) return;
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    any = true;
  }
  // With a margin at both ends, of that share of the range.
  Range padded(double share, bool logarithmic) const {
    Range wide = *this;
    if (!(high > low)) {
      wide.low = logarithmic ? low / 2 : low - 1;
      wide.high = logarithmic ? high * 2 : high + 1;
    } else if (logarithmic) {
      const double factor = std::pow(high / low, share);
      wide.low = low / factor;
      wide.high = high * factor;
    } else {
      wide.low = low - share * (high - low);
      wide.high = high + share * (high - low);
    }
    return wide;
  }
  // The share of the way from low to high at which `value` is.
  double share_of(double value, bool logarithmic) const {
    if (logarithmic) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }
};

// What all panels share.
struct Frame {
  const BandAxes& axes;
  const std::vector<BandPanel>& panels;
  Range x;
  Range y;
};

Frame frame_of(const BandAxes& axes, const std::vector<BandPanel>& panels) {
  Frame frame{axes, panels, {}, {}};
  for (const auto& panel : panels) {
    for (const auto& line : panel.lines) {
      for (const auto& point : line.points) {
        if (!axes.x_logarithmic || point.x > 0) frame.x.add(point.x);
        for (const double y : {point.mean, point.low, point.high}) {
          if (!axes.y_logarithmic || y > 0) frame.y.add(y);
        }
      }
    }
  }
  check(frame.x.any && frame.y.any, "a figure of curves has lines");
  // Curves begin at 0 where their first point is near.
  const bool from_zero = !axes.all_points && !axes.x_logarithmic && frame.x.low > 0 &&
                         frame.x.low <= 0.1 * frame.x.high;
  frame.x = frame.x.padded(axes.all_points ? 0.03 : 0.01, axes.x_logarithmic);
  if (from_zero) frame.x.low = 0;
  frame.y = frame.y.padded(0.04, axes.y_logarithmic);
  return frame;
}

// Of each panel the heights of its lines' names, where all fit at the ends of the lines.
using Ends = std::vector<std::vector<double>>;

std::string end_of(const BandLine& line) { return line.end.empty() ? line.label : line.end; }

std::optional<Ends> ends_of(const Frame& frame, const PanelLayout& layout) {
  Ends all;
  for (std::size_t p = 0; p < frame.panels.size(); ++p) {
    const PanelPlace& place = layout.places[p];
    std::vector<double> ends;
    for (const BandLine& line : frame.panels[p].lines) {
      const BandPoint& last = line.points.back();
      const double along = frame.x.share_of(last.x, frame.axes.x_logarithmic);
      const double up = frame.y.share_of(last.mean, frame.axes.y_logarithmic);
      if (!(along > 1 - 3 * kNearEnd) || !std::isfinite(up)) return std::nullopt;
      ends.push_back(place.bottom - up * (place.bottom - place.top));
    }
    const auto separate = separate_ends(ends, place);
    if (!separate) return std::nullopt;
    all.push_back(*separate);
  }
  return all;
}

// Each label once, with its line's look.
std::vector<const BandLine*> key_of(const std::vector<BandPanel>& panels) {
  std::vector<const BandLine*> key;
  for (const auto& panel : panels) {
    for (const auto& line : panel.lines) {
      const bool known = std::any_of(
          key.begin(), key.end(), [&](const BandLine* each) { return each->label == line.label; });
      if (!known) key.push_back(&line);
    }
  }
  return key;
}

std::string data_of(const std::vector<BandPanel>& panels, const Frame& frame) {
  // A logarithmic axis has no place for what is not positive: the band ends at the axis.
  const auto drawn = [&](double y) {
    return frame.axes.y_logarithmic && !(y > 0) ? frame.y.low : y;
  };
  std::string data;
  for (std::size_t p = 0; p < panels.size(); ++p) {
    for (std::size_t i = 0; i < panels[p].lines.size(); ++i) {
      data += fmt::format("$line{}_{} << EOD\n", p, i);
      for (const auto& point : panels[p].lines[i].points) {
        data += fmt::format("{:.9g} {:.8g} {:.8g} {:.8g}\n", point.x, drawn(point.mean),
                            drawn(point.low), drawn(point.high));
      }
      data += "EOD\n";
    }
  }
  return data;
}

std::string look(const BandLine& line, std::size_t interval) {
  return fmt::format(
      "with linespoints linecolor rgb '{}' linewidth {} dashtype {} pointtype {} pointsize 0.6 "
      "pointinterval {}",
      script_colour(line.style), line.style.colour == 0 ? 2.4 : 1.8, line.style.dash,
      script_shape(line.style), interval);
}

// Bands, then lines.
std::string plots_of(const BandAxes& axes, const BandPanel& panel, std::size_t number) {
  std::string bands;
  std::string curves;
  for (std::size_t i = 0; i < panel.lines.size(); ++i) {
    const BandLine& line = panel.lines[i];
    const std::size_t interval =
        axes.all_points ? 1 : std::max<std::size_t>(1, line.points.size() / kMarks);
    bands += fmt::format(
        "$line{}_{} using 1:3:4 with filledcurves fillcolor rgb '{}' fillstyle transparent solid "
        "0.14 noborder notitle, \\\n",
        number, i, script_colour(line.style));
    curves += fmt::format("{}$line{}_{} using 1:2 {} notitle", i == 0 ? "" : ", \\\n", number, i,
                          look(line, interval));
  }
  return "plot " + bands + curves + "\n";
}

std::string tics_of(const Frame& frame, const PanelPlace& place, Labels& labels) {
  const BandAxes& axes = frame.axes;
  std::string script = "unset mxtics\n";
  if (!axes.x_tics.empty()) {
    std::string tics;
    for (const auto& [at, name] : axes.x_tics) {
      const std::string text = place.has_x ? labels.quoted(name) : "''";
      tics += fmt::format("{}{} {:.9g}", tics.empty() ? "" : ", ", text, at);
    }
    script += "set xtics (" + tics + ")\n";
  } else if (axes.x_logarithmic) {
    script += "set xtics autofreq\n";
  } else {
    script += fmt::format(
        "set xtics {:.9g}\n",
        tic_distance(frame.x.high - frame.x.low, (place.right - place.left) / kTicDistance_px));
  }
  if (!axes.y_logarithmic) {
    script += fmt::format(
        "set ytics {:.9g}\n",
        tic_distance(frame.y.high - frame.y.low, (place.bottom - place.top) / kYTicDistance_px));
  }
  return script + fmt::format("set format x '{}'\nset format y '{}'\n", place.has_x ? "% h" : "",
                              place.has_y ? "% h" : "");
}

std::string panel_script(const Frame& frame, const PanelLayout& layout, std::size_t number,
                         const std::optional<Ends>& ends, Labels& labels) {
  const BandPanel& panel = frame.panels[number];
  const PanelPlace& place = layout.places[number];
  const auto across = [&](double px) { return px / layout.width; };
  const auto up = [&](double px) { return 1 - px / layout.height; };
  std::string script = fmt::format(
      "unset label\nset lmargin at screen {:.6f}\nset rmargin at screen {:.6f}\n"
      "set tmargin at screen {:.6f}\nset bmargin at screen {:.6f}\n",
      across(place.left), across(place.right), up(place.top), up(place.bottom));
  script += tics_of(frame, place, labels);
  const std::string black = " textcolor rgb 'black'\n";
  if (number == 0) {
    script += fmt::format("set label 1 {} at screen {:.6f}, screen {:.6f} left{}",
                          labels.quoted(frame.axes.y, kLongestTitle), across(10), up(14), black);
  }
  if (place.has_x) {
    const BandAxes& axes = frame.axes;
    const std::string title = axes.x_unit.empty() ? axes.x : axes.x + " (" + axes.x_unit + ")";
    script += fmt::format("set label 3 {} at screen {:.6f}, screen {:.6f} center{}",
                          labels.quoted(title, kLongestTitle),
                          across((place.left + place.right) / 2), up(place.bottom + 38), black);
  }
  if (!panel.title.empty()) {
    script +=
        fmt::format("set label 2 {} at screen {:.6f}, screen {:.6f} left{}",
                    labels.quoted(panel.title), across(place.left), up(place.top - 11), black);
  }
  for (std::size_t i = 0; ends && i < panel.lines.size(); ++i) {
    script += fmt::format(
        "set label {} {} at screen {:.6f}, screen {:.6f} left front textcolor rgb '{}'\n", i + 10,
        labels.quoted(end_of(panel.lines[i])), across(place.right + 6), up((*ends)[number][i]),
        script_colour(panel.lines[i].style));
  }
  return script + plots_of(frame.axes, panel, number) + kPanelEnd;
}

std::size_t key_columns(const std::vector<const BandLine*>& key, double width) {
  std::size_t longest = 1;
  for (const BandLine* line : key) longest = std::max(longest, text_length(line->label));
  const double each = text_width_px(std::min<std::size_t>(longest, 60)) + kKeySample_px;
  return std::clamp<std::size_t>(static_cast<std::size_t>(width / each), 1, 6);
}

// One key for all panels, in a plot of its own.
std::string key_script(const std::vector<const BandLine*>& key, const PanelLayout& layout,
                       std::size_t rows, Labels& labels) {
  std::string script = fmt::format(
      "unset label\nunset border\nunset tics\nunset xlabel\nunset ylabel\nunset grid\n"
      "unset logscale\nset xrange [0:1]\nset yrange [0:1]\n"
      "set lmargin at screen 0\nset rmargin at screen 1\nset tmargin at screen 1\n"
      "set bmargin at screen 0\nset key at screen {:.6f}, screen {:.6f} left top vertical "
      "maxrows {} reverse Left samplen 3 width 1 textcolor rgb 'black'\nplot NaN notitle",
      8 / layout.width, 1 - layout.key_top / layout.height, rows);
  for (const BandLine* line : key) {
    script += fmt::format(", \\\nkeyentry {} title {}", look(*line, 1), labels.quoted(line->label));
  }
  return script + "\n";
}

void draw_panels(Figure& figure, const Frame& frame, bool narrow) {
  const auto key = key_of(frame.panels);
  std::size_t longest = 0;
  for (const auto& panel : frame.panels) {
    for (const auto& line : panel.lines) longest = std::max(longest, text_length(end_of(line)));
  }
  PanelRoom room;
  room.panels = frame.panels.size();
  room.narrow = narrow;
  room.titles = std::any_of(frame.panels.begin(), frame.panels.end(),
                            [](const BandPanel& panel) { return !panel.title.empty(); });
  std::optional<Ends> ends;
  if (longest <= (narrow ? kNarrowEnd : kLongestEnd)) {
    room.right = text_width_px(longest) + 12;
    ends = ends_of(frame, panel_layout(room));
  }
  if (!ends) {
    room.right = PanelRoom().right;
    const std::size_t columns = key_columns(key, panel_layout(room).width - 16);
    room.key_rows = (key.size() + columns - 1) / columns;
  }
  const PanelLayout layout = panel_layout(room);
  figure.kind = FigureKind::kCurves;
  figure.width = static_cast<int>(layout.width);
  figure.height = static_cast<int>(layout.height);
  figure.logarithmic =
      std::string(frame.axes.x_logarithmic ? "x" : "") + (frame.axes.y_logarithmic ? "y" : "");
  Labels labels;
  std::string& script = figure.script;
  script = data_of(frame.panels, frame) + "set key off\n";
  if (frame.axes.x_logarithmic) script += "set logscale x\n";
  if (frame.axes.y_logarithmic) script += "set logscale y\n";
  script += fmt::format("set xrange [{:.9g}:{:.9g}]\nset yrange [{:.9g}:{:.9g}]\nset multiplot\n",
                        frame.x.low, frame.x.high, frame.y.low, frame.y.high);
  for (std::size_t i = 0; i < frame.panels.size(); ++i) {
    script += panel_script(frame, layout, i, ends, labels);
  }
  if (room.key_rows > 0) script += key_script(key, layout, room.key_rows, labels);
  script += "unset multiplot\n";
  figure.labels = labels.take();
}

}  // namespace

Figure band_figure(const std::string& id, const BandAxes& axes, std::vector<BandPanel> panels) {
  std::map<std::string, CellStyle> styles;
  for (auto& panel : panels) {
    std::erase_if(panel.lines, [](const BandLine& line) { return line.points.empty(); });
    check(!panel.lines.empty(), "a figure of curves has lines");
    for (auto& line : panel.lines)
      line.style = styles.try_emplace(line.label, line.style).first->second;
  }
  const Frame frame = frame_of(axes, panels);
  Figure figure;
  figure.id = id;
  figure.y = axes.y;
  draw_panels(figure, frame, false);
  figure.numbers = numbers_of(id, axes, panels);
  Figure& narrow = figure.narrow.emplace_back();
  narrow.id = id + "-narrow";
  draw_panels(narrow, frame, true);
  return figure;
}

Figure band_figure(const std::string& id, const BandAxes& axes,
                   const std::vector<BandLine>& lines) {
  return band_figure(id, axes, {BandPanel{"", lines}});
}

}  // namespace polysweep
