#include "reports/figures/heat_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr int kRowHeight = 44;
constexpr int kHeightBesideRows = 90;
constexpr int kColumnWidth = 122;
constexpr int kWidthBesideColumns = 130;
constexpr int kGreatestWidth = 1140;
constexpr double kDarkBelow = 0.55;  // share of the scale on which white can be read

// Cividis at five places: even steps of lightness, the same for colour-blind eyes.
std::string colour_at(double share) {
  constexpr double kStops[5][3] = {
      {0, 34, 78}, {65, 77, 107}, {124, 123, 120}, {188, 174, 108}, {254, 232, 56}};
  const double at = std::clamp(share, 0.0, 1.0) * 4;
  const int below = std::min(3, static_cast<int>(at));
  int channels[3];
  for (int c = 0; c < 3; ++c) {
    channels[c] = static_cast<int>(
        std::lround(kStops[below][c] + (at - below) * (kStops[below + 1][c] - kStops[below][c])));
  }
  return fmt::format("#{:02x}{:02x}{:02x}", channels[0], channels[1], channels[2]);
}

std::string text_of(const HeatMap::Field& field) {
  return field.baseline ? "\u25C6 " + field.text : field.text;
}

std::string field_script(const HeatMap& map, std::size_t row, std::size_t column, Labels& labels) {
  const auto& field = map.fields[row * map.columns.size() + column];
  const std::size_t number = row * map.columns.size() + column + 1;
  const double width = map.high - map.low;
  const double share = width > 0 ? (field.value - map.low) / width : 0.5;
  const double y = static_cast<double>(map.rows.size() - 1 - row);
  const double x = static_cast<double>(column);
  std::string script = fmt::format(
      "set object {} rectangle from {},{} to {},{} {} behind\n", number, x - 0.48, y - 0.46,
      x + 0.48, y + 0.46,
      field.known ? "fillcolor rgb '" + colour_at(share) + "' fillstyle solid 1 noborder"
                  : "fillstyle empty border linecolor rgb 'gray' dashtype 2");
  // Near-black, because a page shows black itself in the colour of its text.
  const char* ink = !field.known ? "black" : share < kDarkBelow ? "#ffffff" : "#010101";
  return script + fmt::format("set label {} {} at {},{} center textcolor rgb '{}'\n", number,
                              labels.quoted(text_of(field)), x, y, ink);
}

Table numbers_of(const std::string& id, const HeatMap& map) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure";
  table.columns = {{map.y, Align::kLeft, ""}};
  for (const auto& name : map.columns) {
    table.columns.push_back({map.x + " " + name, Align::kRight, ""});
  }
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    TableRow fields{map.rows[row]};
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const auto& field = map.fields[row * map.columns.size() + column];
      fields.push_back(field.known ? TableCell(text_of(field), field.value)
                                   : TableCell(field.text, Tone::kMissing));
    }
    table.rows.push_back(std::move(fields));
  }
  return table;
}

}  // namespace

Figure heat_figure(const std::string& id, const HeatMap& map) {
  check(map.fields.size() == map.rows.size() * map.columns.size(), "a heat map is a rectangle");
  Figure figure;
  figure.id = id;
  figure.height = kHeightBesideRows + kRowHeight * static_cast<int>(map.rows.size());
  figure.width = std::min(
      kGreatestWidth, kWidthBesideColumns + kColumnWidth * static_cast<int>(map.columns.size()));
  Labels labels;
  std::string& script = figure.script;
  script = "unset grid\nunset border\nunset key\n";
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      script += field_script(map, row, column, labels);
    }
  }
  script += axis_tics("x", map.columns, false, labels) + axis_tics("y", map.rows, true, labels);
  script += "set xlabel " + labels.quoted(map.x) + "\nset ylabel " + labels.quoted(map.y) +
            fmt::format("\nset xrange [-0.5:{}]\nset yrange [-0.5:{}]\nplot NaN notitle\n",
                        static_cast<double>(map.columns.size()) - 0.5,
                        static_cast<double>(map.rows.size()) - 0.5);
  figure.labels = labels.take();
  figure.numbers = numbers_of(id, map);
  return figure;
}

}  // namespace polysweep
