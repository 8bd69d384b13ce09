#include "reports/figures/dot_plot.h"

#include <fmt/format.h>

#include <algorithm>

#include "framework/core/error.h"
#include "reports/figures/panel_layout.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestTitle = 100;
constexpr int kRowHeight = 24;
constexpr int kHeightBesideRows = 84;
constexpr int kNarrowWidth = 360;
constexpr int kNarrowRowHeight = 42;
constexpr std::size_t kNarrowTitle = 46;
constexpr double kNarrowTics = 5;
constexpr double kSpread = 0.5;  // of a row's height, over which its dots are spread

Table numbers_of(const std::string& id, const DotAxes& axes, const std::vector<DotRow>& rows) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure";
  table.columns = {
      {"cell", Align::kLeft, ""}, {axes.name, Align::kRight, ""}, {axes.x, Align::kRight, ""}};
  for (const auto& row : rows) {
    for (const auto& dot : row.dots) {
      table.rows.push_back({labelled_field(row.label, row.style), dot.name, exact_field(dot.x)});
    }
  }
  return table;
}

struct Range {
  double low = 0;
  double high = 0;
  bool any = false;

  void add(double value) {
    low = any ? std::min(low, value) : value;
    high = any ? std::max(high, value) : value;
    any = true;
  }
};

Range range_of(const std::vector<DotRow>& rows) {
  Range range;
  for (const auto& row : rows) {
    for (const auto& dot : row.dots) range.add(dot.x);
    if (row.interval && !row.dots.empty()) {
      range.add(row.interval->low);
      range.add(row.interval->high);
    }
  }
  check(range.any, "a dot plot has dots");
  if (range.low == range.high) range.high = range.low + 1;
  const double margin = 0.05 * (range.high - range.low);
  range.low -= margin;
  range.high += margin;
  return range;
}

// The runs of a row are drawn a little apart, in their order.
std::string dots_of(const std::vector<DotRow>& rows) {
  std::string data;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& dots = rows[i].dots;
    for (std::size_t j = 0; j < dots.size(); ++j) {
      const double share = (static_cast<double>(j) + 0.5) / static_cast<double>(dots.size());
      const double y = static_cast<double>(rows.size() - 1 - i) + kSpread * (0.5 - share);
      data += fmt::format("{:.9g} {} {} {}\n", dots[j].x, y, script_shape(rows[i].style),
                          script_colour_number(rows[i].style));
    }
  }
  return data;
}

std::string means_of(const std::vector<DotRow>& rows) {
  std::string data;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const DotRow& row = rows[i];
    if (!row.mean) continue;
    const Interval interval = row.interval.value_or(Interval{*row.mean, *row.mean});
    data +=
        fmt::format("{:.9g} {} {:.9g} {:.9g} {} {}\n", *row.mean, rows.size() - 1 - i, interval.low,
                    interval.high, script_shape(row.style), script_colour_number(row.style));
  }
  return data;
}

// Appends the data under `name` and the plot of it, if there are any.
void add_plot(std::string& script, std::string& plots, const std::string& name,
              const std::string& data, const std::string& plot) {
  if (data.empty()) return;
  script += "$" + name + " << EOD\n" + data + "EOD\n";
  plots += (plots.empty() ? "$" : ", \\\n  $") + name + " " + plot + " notitle";
}

// Labels beside the axis, or each above its row.
std::string row_labels(const std::vector<DotRow>& rows, const Range& range, bool narrow,
                       Labels& labels) {
  if (!narrow) {
    std::vector<std::string> names;
    for (const auto& row : rows) names.push_back(row.label);
    return axis_tics("y", names, true, labels);
  }
  std::string script = fmt::format("unset ytics\nset lmargin 2\nset rmargin 3\nset xtics {:.9g}\n",
                                   tic_distance(range.high - range.low, kNarrowTics));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    script += fmt::format(
        "set label {} {} at graph 0, first {} left offset 0,0.9 textcolor rgb 'black'\n", i + 2,
        labels.quoted(rows[i].label, kNarrowTitle), rows.size() - 1 - i);
  }
  return script;
}

void draw_rows(Figure& figure, const DotAxes& axes, const std::vector<DotRow>& rows, bool narrow) {
  std::vector<std::string> row_names;
  for (const DotRow& row : rows) row_names.push_back(row.label);
  figure.width = narrow ? kNarrowWidth : width_beside(row_names);
  figure.height =
      kHeightBesideRows + (narrow ? kNarrowRowHeight : kRowHeight) * static_cast<int>(rows.size());
  const Range range = range_of(rows);
  Labels labels;
  std::string& script = figure.script;
  std::string plots;
  add_plot(script, plots, "intervals", means_of(rows),
           "using 3:2:($4-$3):(0):6 with vectors nohead linecolor rgb variable linewidth 1.4");
  add_plot(script, plots, "values", dots_of(rows),
           "using 1:2:3:4 with points pointtype variable linecolor rgb variable pointsize 0.45");
  add_plot(script, plots, "means", means_of(rows),
           "using 1:2:5:6 with points pointtype variable linecolor rgb variable pointsize 1.1");
  script += "set border 1 linecolor rgb 'gray'\n" + row_labels(rows, range, narrow, labels);
  script += fmt::format(
      "set yrange [-0.7:{}]\nset xrange [{:.9g}:{:.9g}]\nset xlabel ' '\n"
      "set label 1000 {} at graph 1, graph 0 right offset 0,-2.4 textcolor rgb 'black'\n",
      static_cast<double>(rows.size()) - (narrow ? 0.1 : 0.3), range.low, range.high,
      labels.quoted(axes.x, narrow ? kNarrowTitle : kLongestTitle));
  script += "plot " + plots + "\n";
  figure.labels = labels.take();
}

}  // namespace

Figure dot_figure(const std::string& id, const DotAxes& axes, const std::vector<DotRow>& rows) {
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
