#include "reports/figures/forest_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr int kRowHeight = 24;
constexpr int kHeightBesideRows = 100;

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

}  // namespace

Figure forest_figure(const std::string& id, const ForestAxes& axes,
                     const std::vector<ForestRow>& rows) {
  check(!rows.empty(), "a forest plot has rows");
  Figure figure;
  figure.id = id;
  figure.kind = FigureKind::kForest;
  figure.height = kHeightBesideRows + kRowHeight * static_cast<int>(rows.size());
  Labels labels;
  std::vector<std::string> names;
  std::string& script = figure.script;
  script = "$rows << EOD\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ForestRow& row = rows[i];
    names.push_back(row.label);
    script +=
        fmt::format("{} {} {} {} {} {} {}\n", row.mean, rows.size() - 1 - i, row.low, row.high,
                    script_shape(row.style), script_colour_number(row.style), row.decided ? 1 : 0);
  }
  script += "EOD\nset border 1 linecolor rgb 'gray'\n" + axis_tics("y", names, true, labels);
  const auto [low, high] = range_of(rows);
  script += fmt::format("set yrange [-0.7:{}]\nset xrange [{:.9g}:{:.9g}]\nset tmargin 2.5\n",
                        static_cast<double>(rows.size()) - 0.3, low, high);
  script += "set xlabel " + labels.quoted(axes.x, kLongestTitle) + "\n";
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
  figure.numbers = numbers_of(id, axes, rows);
  return figure;
}

}  // namespace polysweep
