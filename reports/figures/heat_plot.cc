#include "reports/figures/heat_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "framework/core/error.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr int kRowHeight = 44;
constexpr int kHeightBesideRows = 90;
constexpr int kColumnWidth = 122;
constexpr int kWidthBesideColumns = 130;
constexpr int kGreatestWidth = 1140;
constexpr int kNarrowWidth = 360;
constexpr int kNarrowMargin = 10;
constexpr int kNarrowRowHeight = 64;
constexpr double kTextWidth_px = 7.6;
constexpr std::size_t kNarrowName = 18;  // code points of a column's name that stands upright
constexpr double kDarkBelow = 0.55;      // share of the scale on which white can be read

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

double share_of(const HeatMap& map, const HeatMap::Field& field) {
  const double width = map.high - map.low;
  return width > 0 ? (field.value - map.low) / width : 0.5;
}

// Near-black, because a page shows black itself in the colour of its text.
const char* ink_on(const HeatMap& map, const HeatMap::Field& field) {
  return !field.known ? "black" : share_of(map, field) < kDarkBelow ? "#ffffff" : "#010101";
}

// The rectangle of a field around (x, y), which reaches as far above as below.
std::string rectangle(const HeatMap& map, const HeatMap::Field& field, std::size_t number,
                      const std::array<double, 3>& place) {
  const auto [x, y, half] = place;
  return fmt::format("set object {} rectangle from {},{} to {},{} {} behind\n", number, x - 0.48,
                     y - half, x + 0.48, y + half,
                     field.known ? "fillcolor rgb '" + colour_at(share_of(map, field)) +
                                       "' fillstyle solid 1 noborder"
                                 : "fillstyle empty border linecolor rgb 'gray' dashtype 2");
}

std::string field_script(const HeatMap& map, std::size_t row, std::size_t column, Labels& labels) {
  const auto& field = map.fields[row * map.columns.size() + column];
  const std::size_t number = row * map.columns.size() + column + 1;
  const double y = static_cast<double>(map.rows.size() - 1 - row);
  const double x = static_cast<double>(column);
  return rectangle(map, field, number, {x, y, 0.46}) +
         fmt::format("set label {} {} at {},{} center textcolor rgb '{}'\n", number,
                     labels.quoted(text_of(field)), x, y, ink_on(map, field));
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

std::size_t longest_of(const std::vector<std::string>& names) {
  std::size_t longest = 0;
  for (const auto& name : names) longest = std::max(longest, text_length(name));
  return longest;
}

// "27.60 (n 2 of 3)" in two lines.
std::pair<std::string, std::string> lines_of(const std::string& text) {
  const std::size_t bracket = text.find(" (");
  const std::size_t cut = bracket == std::string::npos ? text.rfind(' ') : bracket;
  if (cut == std::string::npos) return {text, ""};
  return {text.substr(0, cut), text.substr(cut + 1)};
}

// The factor with fewer and shorter names in columns.
HeatMap turned(const HeatMap& map) {
  const auto cost = [](const std::vector<std::string>& names) {
    return names.size() * std::max<std::size_t>(longest_of(names), 8);
  };
  if (cost(map.columns) <= cost(map.rows)) return map;
  HeatMap out{map.y, map.x, map.rows, map.columns, {}, map.low, map.high};
  for (std::size_t column = 0; column < map.columns.size(); ++column) {
    for (std::size_t row = 0; row < map.rows.size(); ++row) {
      out.fields.push_back(map.fields[row * map.columns.size() + column]);
    }
  }
  return out;
}

// For a phone: names of rows above their fields, texts in two lines. None where these do not
// fit beside each other.
std::optional<Figure> narrow_figure(const std::string& id, const HeatMap& given) {
  const HeatMap map = turned(given);
  std::size_t longest = 1;
  for (const auto& field : map.fields) {
    const auto [first, second] = lines_of(text_of(field));
    longest = std::max({longest, text_length(first), text_length(second)});
  }
  const double width =
      (kNarrowWidth - 2.0 * kNarrowMargin) / static_cast<double>(map.columns.size());
  if (kTextWidth_px * static_cast<double>(longest) > width) return std::nullopt;
  const std::size_t name = std::min(longest_of(map.columns), kNarrowName);
  const bool upright = kTextWidth_px * static_cast<double>(longest_of(map.columns)) > width;
  const int names_px = upright ? static_cast<int>(kTextWidth_px * static_cast<double>(name)) : 14;
  const int rows_px = kNarrowRowHeight * static_cast<int>(map.rows.size());
  Figure figure;
  figure.id = id + "-narrow";
  figure.width = kNarrowWidth;
  figure.height = rows_px + names_px + 40;
  Labels labels;
  std::string& script = figure.script;
  script = fmt::format(
      "unset grid\nunset border\nunset key\nunset tics\n"
      "set lmargin at screen {0:.5f}\nset rmargin at screen {1:.5f}\n"
      "set tmargin at screen 1\nset bmargin at screen {2:.5f}\n",
      static_cast<double>(kNarrowMargin) / kNarrowWidth,
      1 - static_cast<double>(kNarrowMargin) / kNarrowWidth,
      static_cast<double>(names_px + 40) / figure.height);
  std::size_t number = 0;
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    const double y = static_cast<double>(map.rows.size() - 1 - row);
    script += fmt::format("set label {} {} at graph 0, first {} left textcolor rgb 'black'\n",
                          1000 + row, labels.quoted(map.y + " " + map.rows[row], 46), y + 0.36);
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const auto& field = map.fields[row * map.columns.size() + column];
      const double x = static_cast<double>(column);
      script += rectangle(map, field, ++number, {x, y - 0.12, 0.33});
      const auto [first, second] = lines_of(text_of(field));
      const double gap = second.empty() ? 0 : 0.13;
      for (const auto& [text, at] : {std::pair(first, y - 0.12 + gap), {second, y - 0.12 - gap}}) {
        if (text.empty()) continue;
        script += fmt::format("set label {} {} at {},{} center textcolor rgb '{}'\n",
                              2000 + 2 * number + (at < y - 0.12 ? 1 : 0), labels.quoted(text), x,
                              at, ink_on(map, field));
      }
    }
  }
  for (std::size_t column = 0; column < map.columns.size(); ++column) {
    script += fmt::format("set label {} {} at first {}, graph 0 {} textcolor rgb 'black'\n",
                          500000 + column, labels.quoted(map.columns[column], kNarrowName), column,
                          upright ? "right rotate by 90 offset 0,-0.4" : "center offset 0,-0.7");
  }
  script +=
      fmt::format("set label 600000 {} at graph 1, screen {:.5f} right textcolor rgb 'black'\n",
                  labels.quoted(map.x, 46), 10.0 / figure.height);
  script += fmt::format("set xrange [-0.5:{}]\nset yrange [-0.5:{}]\nplot NaN notitle\n",
                        static_cast<double>(map.columns.size()) - 0.5,
                        static_cast<double>(map.rows.size()) - 0.5);
  figure.labels = labels.take();
  return figure;
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
  if (auto narrow = narrow_figure(id, map)) figure.narrow.push_back(std::move(*narrow));
  return figure;
}

}  // namespace polysweep
