#include "reports/figures/forest_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr int kRowHeight = 24;
constexpr int kHeightBesideRows = 100;
constexpr int kNarrowWidth = 360;
constexpr int kNarrowRowHeight = 50;
constexpr std::size_t kNarrowTitle = 46;
constexpr double kNarrowTics = 5;

Table numbers_of(const std::string& id, const ForestAxes& axes,
                 const std::vector<ForestRow>& rows) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"mean difference", Align::kRight, axes.unit},
                   {"low", Align::kRight, axes.unit},
                   {"high", Align::kRight, axes.unit}};
  for (const auto& row : rows) {
    table.rows.push_back({labelled_field(row.label, row.style), exact_field(row.mean),
                          exact_field(row.low), exact_field(row.high)});
  }
  return table;
}

// Of all that is drawn, zero included, with a margin.
std::pair<double, double> range_of(const std::vector<ForestRow>& rows) {
  double low = 0;
  double high = 0;
  for (const auto& row : rows) {
    low = std::min({low, row.low, row.mean});
    high = std::max({high, row.high, row.mean});
  }
  const double margin = high > low ? 0.04 * (high - low) : 1;
  return {low - margin, high + margin};
}

// Labels beside the axis, or each above its row.
std::string row_labels(const std::vector<ForestRow>& rows, bool narrow, Labels& labels) {
  if (!narrow) {
    std::vector<std::string> names;
    for (const auto& row : rows) names.push_back(row.label);
    return axis_tics("y", names, true, labels);
  }
  const auto [low, high] = range_of(rows);
  std::string script = fmt::format("unset ytics\nset lmargin 2\nset rmargin 3\nset xtics {:.9g}\n",
                                   tic_distance(high - low, kNarrowTics));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    script += fmt::format(
        "set label {} {} at graph 0, first {} left offset 0,0.75 front "
        "textcolor rgb 'black'\n",
        i + 2, labels.quoted(rows[i].label, kNarrowTitle), rows.size() - 1 - i);
  }
  return script;
}

void draw_rows(Figure& figure, const ForestAxes& axes, const std::vector<ForestRow>& rows,
               bool narrow) {
  figure.kind = FigureKind::kForest;
  figure.width = narrow ? kNarrowWidth : axes.width;
  figure.height =
      kHeightBesideRows + (narrow ? kNarrowRowHeight : kRowHeight) * static_cast<int>(rows.size());
  Labels labels;
  std::string& script = figure.script;
  script = "$rows << EOD\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ForestRow& row = rows[i];
    script +=
        fmt::format("{} {} {} {} {} {} {}\n", row.mean, rows.size() - 1 - i, row.low, row.high,
                    script_shape(row.style), script_colour_number(row.style), row.decided ? 1 : 0);
  }
  script += "EOD\nset border 1 linecolor rgb 'gray'\n" + row_labels(rows, narrow, labels);
  const auto [low, high] = range_of(rows);
  script += fmt::format("set yrange [-0.7:{}]\nset xrange [{:.9g}:{:.9g}]\nset tmargin 2.5\n",
                        static_cast<double>(rows.size()) - (narrow ? 0.1 : 0.3), low, high);
  // Right-aligned: a title centred below a short axis would be cropped.
  script += "set xlabel ' '\nset label 1000 " +
            labels.quoted(axes.x, narrow ? kNarrowTitle : kLongestTitle) +
            " at graph 1, graph 0 right offset 0,-2.4 textcolor rgb 'black'\n";
  script += "set label 1 " + labels.quoted(axes.zero) +
            " at first 0, graph 1 center offset 0,0.6 textcolor rgb 'black'\n";
  script +=
      "set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb 'black' linewidth 1.5 back\n"
      "plot $rows using 3:2:($4-$3):($7 == 1 ? 0 : NaN):6 with vectors nohead "
      "linecolor rgb variable linewidth 2.6 notitle, \\\n"
      "  $rows using 3:2:($4-$3):($7 == 1 ? NaN : 0):6 with vectors nohead "
      "linecolor rgb variable linewidth 1.2 notitle, \\\n"
      "  $rows using 1:2:5:6 with points pointtype variable linecolor rgb variable pointsize 0.9 "
      "notitle\n";
  figure.labels = labels.take();
}

}  // namespace

Figure forest_figure(const std::string& id, const ForestAxes& axes,
                     const std::vector<ForestRow>& rows) {
  check(!rows.empty(), "a forest plot has rows");
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
