#include "reports/figures/matrix_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr int kPanelSide = 460;       // px, of one panel alone
constexpr int kSmallPanelSide = 300;  // px, of several
constexpr int kPanelsInRow = 4;
constexpr int kBesideWidth = 150;  // axis and colour scale
constexpr int kBesideHeight = 80;
constexpr double kGap = 0.14;     // between panels, of their side
constexpr std::size_t kTics = 5;  // of a panel, about

struct Shape {
  double rows = 0;
  double columns = 0;
  std::size_t panels = 0;
  double gap = 0;

  std::size_t across() const { return std::min<std::size_t>(panels, kPanelsInRow); }
  std::size_t down() const { return (panels + across() - 1) / across(); }
  double left(std::size_t panel) const {
    return static_cast<double>(panel % across()) * (columns + gap);
  }
  double top(std::size_t panel) const {
    const std::size_t above = panel / across();
    return static_cast<double>(above) * (rows + gap);
  }
  double width() const { return left(across() - 1) + columns; }
  double height() const { return static_cast<double>(down() - 1) * (rows + gap) + rows; }
};

Shape shape_of(const std::vector<MatrixPanel>& panels) {
  check(!panels.empty() && !panels[0].values.empty(), "a map has squares");
  const std::size_t rows = panels[0].values.size();
  const std::size_t columns = panels[0].values[0].size();
  for (const MatrixPanel& panel : panels) {
    check(panel.values.size() == rows, "panels have one size");
    for (const auto& row : panel.values) check(row.size() == columns, "panels have one size");
  }
  Shape shape;
  shape.rows = static_cast<double>(rows);
  shape.columns = static_cast<double>(columns);
  shape.panels = panels.size();
  shape.gap = panels.size() > 1 ? std::ceil(kGap * std::max(shape.rows, shape.columns)) : 0;
  return shape;
}

// 1, 2, 5, 10, ...: about kTics of them fit.
std::size_t tic_step(std::size_t count) {
  for (std::size_t unit = 1;; unit *= 10) {
    for (const std::size_t step : {unit, 2 * unit, 5 * unit})
      if (count <= step * kTics + 1) return step;
  }
}

// Tics of every panel along an axis; each panel counts from 0.
std::string tics(const std::string& axis, std::size_t count, const std::vector<double>& begins) {
  std::string list;
  const std::size_t step = tic_step(count);
  for (const double begin : begins) {
    for (std::size_t i = 0; i < count; i += step)
      list +=
          fmt::format("{}'{}' {:g}", list.empty() ? "" : ", ", i, begin + static_cast<double>(i));
  }
  return "set " + axis + "tics (" + list + ") scale 0.5\n";
}

std::string data_of(const std::vector<MatrixPanel>& panels) {
  std::string data;
  for (std::size_t i = 0; i < panels.size(); ++i) {
    data += fmt::format("$panel{} << EOD\n", i);
    for (const auto& row : panels[i].values) {
      for (const double value : row)
        data += std::isfinite(value) ? fmt::format("{:.5g} ", value) : std::string("NaN ");
      data += "\n";
    }
    data += "EOD\n";
  }
  return data;
}

std::string plots_of(const Shape& shape) {
  std::string plots;
  for (std::size_t i = 0; i < shape.panels; ++i) {
    plots += fmt::format("{}$panel{} matrix using ($1+{:g}):($2+{:g}):3 with image pixels notitle",
                         i == 0 ? "plot " : ", \\\n", i, shape.left(i), shape.top(i));
  }
  return plots + "\n";
}

Table numbers_of(const std::string& id, const MatrixAxes& axes,
                 const std::vector<MatrixPanel>& panels) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure";
  table.columns = {{"panel", Align::kLeft, ""},
                   {axes.y, Align::kRight, ""},
                   {axes.x, Align::kRight, ""},
                   {axes.value, Align::kRight, ""}};
  for (const MatrixPanel& panel : panels) {
    for (std::size_t row = 0; row < panel.values.size(); ++row) {
      for (std::size_t column = 0; column < panel.values[row].size(); ++column) {
        table.rows.push_back({panel.title, exact_field(static_cast<double>(row)),
                              exact_field(static_cast<double>(column)),
                              exact_field(panel.values[row][column])});
      }
    }
  }
  return table;
}

}  // namespace

Figure matrix_figure(const std::string& id, const MatrixAxes& axes,
                     const std::vector<MatrixPanel>& panels) {
  const Shape shape = shape_of(panels);
  const double side = panels.size() == 1 ? kPanelSide : kSmallPanelSide;
  const double scale = side / std::max(shape.rows, shape.columns);
  Figure figure;
  figure.id = id;
  figure.width = kBesideWidth + static_cast<int>(scale * shape.width());
  figure.height = kBesideHeight + static_cast<int>(scale * (shape.height() + 2 * shape.gap));
  Labels labels;
  std::string& script = figure.script;
  script = data_of(panels);
  script +=
      "unset key\nunset grid\nset size ratio -1\n"
      "set palette defined (0 '#00224e', 0.25 '#414d6b', 0.5 '#7c7b78', 0.75 '#bcae6c', 1 "
      "'#fee838')\n";
  if (panels.size() > 1) script += "unset border\n";
  script += fmt::format("set cbrange [{:g}:{:g}]\n", axes.low, axes.high);
  script += "set cblabel " + labels.quoted(axes.value) + "\n";
  script += "set xlabel " + labels.quoted(axes.x) + "\nset ylabel " + labels.quoted(axes.y) + "\n";
  std::vector<double> lefts;
  std::vector<double> tops;
  for (std::size_t i = 0; i < shape.across(); ++i) lefts.push_back(shape.left(i));
  for (std::size_t i = 0; i < shape.down(); ++i) tops.push_back(shape.top(i * shape.across()));
  script += tics("x", panels[0].values[0].size(), lefts);
  script += tics("y", panels[0].values.size(), tops);
  for (std::size_t i = 0; i < panels.size() && panels.size() > 1; ++i) {
    script += fmt::format("set label {} {} at {:g},{:g} center textcolor rgb 'black'\n", i + 1,
                          labels.quoted(panels[i].title), shape.left(i) + shape.columns / 2,
                          shape.top(i) - 0.5 - shape.gap / 2);
  }
  script += fmt::format("set xrange [-0.5:{:g}]\nset yrange [{:g}:{:g}]\n", shape.width() - 0.5,
                        shape.height() - 0.5, -0.5 - (panels.size() > 1 ? shape.gap : 0));
  script += plots_of(shape);
  figure.labels = labels.take();
  figure.numbers = numbers_of(id, axes, panels);
  return figure;
}

}  // namespace polysweep
