#include "reports/figures/band_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr int kPlotHeight = 380;
constexpr int kKeyRowHeight = 22;
constexpr std::size_t kMarks = 8;  // of a long line

Table numbers_of(const std::string& id, const BandAxes& axes, const std::vector<BandLine>& lines) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure: " + axes.y + "; low and high are the " + axes.band;
  table.columns = {{"line", Align::kLeft, ""},
                   {axes.x, Align::kRight, ""},
                   {"mean", Align::kRight, axes.y_unit},
                   {"low", Align::kRight, axes.y_unit},
                   {"high", Align::kRight, axes.y_unit}};
  for (const auto& line : lines) {
    for (const auto& point : line.points) {
      table.rows.push_back({labelled_field(line.label, line.style), exact_field(point.x),
                            exact_field(point.mean), exact_field(point.low),
                            exact_field(point.high)});
    }
  }
  return table;
}

// An x range in which the marks at its ends are not cut off.
std::string padded_range(const BandAxes& axes, const std::vector<BandLine>& lines) {
  double low = lines.front().points.front().x;
  double high = low;
  for (const auto& line : lines) {
    for (const auto& point : line.points) {
      low = std::min(low, point.x);
      high = std::max(high, point.x);
    }
  }
  const double share = 0.03;
  if (axes.x_logarithmic && low > 0) {
    const double factor = std::pow(high / low, share);
    return fmt::format("set xrange [{:.9g}:{:.9g}]\n", low / factor, high * factor);
  }
  const double margin = share * (high - low);
  return fmt::format("set xrange [{:.9g}:{:.9g}]\n", low - margin, high + margin);
}

std::string data_of(const std::vector<BandLine>& lines) {
  std::string data;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    data += fmt::format("$line{} << EOD\n", i);
    for (const auto& point : lines[i].points) {
      data +=
          fmt::format("{:.9g} {:.8g} {:.8g} {:.8g}\n", point.x, point.mean, point.low, point.high);
    }
    data += "EOD\n";
  }
  return data;
}

std::string look(const BandLine& line, std::size_t interval) {
  return fmt::format(
      "with linespoints linecolor rgb '{}' linewidth 1.8 dashtype {} pointtype {} pointsize 0.6 "
      "pointinterval {}",
      script_colour(line.style), line.style.dash, script_shape(line.style), interval);
}

std::string plots_of(const BandAxes& axes, const std::vector<BandLine>& lines, Labels& labels) {
  std::string bands;
  std::string curves;
  std::string key;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const BandLine& line = lines[i];
    const std::size_t interval =
        axes.all_points ? 1 : std::max<std::size_t>(1, line.points.size() / kMarks);
    bands += fmt::format(
        "$line{} using 1:3:4 with filledcurves fillcolor rgb '{}' fillstyle transparent solid "
        "0.14 noborder notitle, \\\n",
        i, script_colour(line.style));
    curves += fmt::format("$line{} using 1:2 {} notitle, \\\n", i, look(line, interval));
    key += fmt::format("{}keyentry {} title {}", i == 0 ? "" : ", \\\n", look(line, 1),
                       labels.quoted(line.label));
  }
  return "plot " + bands + curves + key + "\n";
}

}  // namespace

Figure band_figure(const std::string& id, const BandAxes& axes,
                   const std::vector<BandLine>& lines) {
  check(!lines.empty(), "a figure of curves has lines");
  Figure figure;
  figure.id = id;
  figure.kind = FigureKind::kCurves;
  figure.logarithmic = std::string(axes.x_logarithmic ? "x" : "") + (axes.y_logarithmic ? "y" : "");
  figure.height = kPlotHeight + kKeyRowHeight * static_cast<int>(lines.size());
  Labels labels;
  std::string& script = figure.script;
  script = data_of(lines);
  script += "set key below left maxcols 1 reverse Left samplen 3 textcolor rgb 'black'\n";
  script += "set xlabel " + labels.quoted(axes.x, kLongestTitle) + "\n";
  script += "set ylabel " + labels.quoted(axes.y, kLongestTitle) + "\n";
  if (axes.x_logarithmic) script += "set logscale x\n";
  if (axes.y_logarithmic) script += "set logscale y\n";
  if (!axes.x_tics.empty()) {
    std::string tics;
    for (const auto& [at, name] : axes.x_tics) {
      tics += fmt::format("{}{} {:.9g}", tics.empty() ? "" : ", ", labels.quoted(name), at);
    }
    script += "set xtics (" + tics + ")\nunset mxtics\n";
  }
  if (axes.all_points) script += padded_range(axes, lines);
  script += plots_of(axes, lines, labels);
  figure.labels = labels.take();
  figure.numbers = numbers_of(id, axes, lines);
  return figure;
}

}  // namespace polysweep
