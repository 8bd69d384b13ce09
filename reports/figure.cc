#include "reports/figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/error.h"
#include "reports/arms.h"
#include "reports/escaping.h"
#include "reports/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestLabel = 60;
constexpr int kPointTypes[] = {13, 7, 5, 9, 11, 15, 6};  // by colour: never colour alone

std::string colour_of(int colour) {
  check(colour >= 0 && colour < kArmColourCount, "an arm has one of the palette's colours");
  return colour == 0 ? "black" : kArmColours[colour];
}

TableCell exact(double value) { return {significant_text(value), value}; }

std::string heat_colour(double share) {
  // Cividis, at five places: even steps of lightness, the same for colour-blind eyes.
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

std::string axis_tics(const std::string& axis, const std::vector<std::string>& names,
                      bool downwards, Labels& labels) {
  std::string tics;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::size_t at = downwards ? names.size() - 1 - i : i;
    tics += fmt::format("{}{} {}", i == 0 ? "" : ", ", labels.quoted(names[i]), at);
  }
  return "set " + axis + "tics (" + tics + ") scale 0\n";
}

Table forest_numbers(const std::string& id, const std::vector<ForestRow>& rows) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"mean difference", Align::kRight, ""},
                   {"low", Align::kRight, ""},
                   {"high", Align::kRight, ""}};
  for (const auto& row : rows) {
    table.rows.push_back({row.label, exact(row.mean), exact(row.low), exact(row.high)});
    table.rows.back()[0].colour = row.colour;
  }
  return table;
}

Table band_numbers(const std::string& id, const BandAxes& axes,
                   const std::vector<BandLine>& lines) {
  Table table;
  table.id = id + "-numbers";
  table.caption = "Numbers of the figure: " + axes.y;
  table.columns = {{"arm", Align::kLeft, ""},
                   {axes.x, Align::kRight, ""},
                   {"mean", Align::kRight, ""},
                   {"lowest", Align::kRight, ""},
                   {"highest", Align::kRight, ""}};
  for (const auto& line : lines) {
    for (const auto& point : line.points) {
      table.rows.push_back(
          {line.label, exact(point.step), exact(point.mean), exact(point.low), exact(point.high)});
      table.rows.back()[0].colour = line.colour;
    }
  }
  return table;
}

// Points sparse enough to be seen apart.
std::size_t marker_interval(const BandLine& line) {
  return std::max<std::size_t>(1, line.points.size() / 8);
}

}  // namespace

std::string Labels::quoted(std::string_view text) {
  const std::string shown = shortened(text, kLongestLabel);
  texts_.push_back(shown);
  std::string token = fmt::format("@{}@", texts_.size() - 1);
  // gnuplot reckons with wide characters; a page's are about 0.85 of that.
  const auto width = static_cast<std::size_t>(0.85 * static_cast<double>(text_length(shown)));
  token.append(std::max(width, token.size()) - token.size(), '_');
  return "'" + token + "'";
}

std::string script_head(int width, int height) {
  return fmt::format(
      "set encoding utf8\n"
      "set terminal svg size {},{} dynamic noenhanced font 'sans,13' linewidth 1\n"
      "set border 3 linecolor rgb 'gray'\nset tics nomirror scale 0.5 textcolor rgb 'black'\n"
      "set grid linecolor rgb 'gray' linewidth 0.5 dashtype 3\n",
      width, height);
}

Figure forest_figure(const std::string& id, const std::string& axis,
                     const std::vector<ForestRow>& rows) {
  check(!rows.empty(), "a forest has rows");
  Figure figure;
  figure.id = id;
  Labels labels;
  std::vector<std::string> names;
  std::string data = "$rows << EOD\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    names.push_back(rows[i].label);
    data += fmt::format(
        "{} {} {} {} {} {}\n", rows[i].mean, rows.size() - 1 - i, rows[i].low, rows[i].high,
        kPointTypes[rows[i].colour],
        colour_of(rows[i].colour) == "black" ? "0" : "0x" + colour_of(rows[i].colour).substr(1));
  }
  figure.script = script_head(900, 90 + 24 * static_cast<int>(rows.size())) + data + "EOD\n";
  figure.script += "set border 1 linecolor rgb 'gray'\n" + axis_tics("y", names, true, labels);
  figure.script += fmt::format("set yrange [-0.7:{}]\nset offsets graph 0.03, graph 0.03, 0, 0\n",
                               static_cast<double>(rows.size()) - 0.3);
  figure.script += "set xlabel " + labels.quoted(axis) + "\n";
  figure.script +=
      "set arrow 1 from 0, graph 0 to 0, graph 1 nohead linecolor rgb 'black' linewidth 1.5 back\n"
      "plot $rows using 3:2:($4-$3):(0):6 with vectors nohead linecolor rgb variable linewidth 2 "
      "notitle, \\\n"
      "  $rows using 1:2:5:6 with points pointtype variable linecolor rgb variable pointsize 0.9 "
      "notitle\n";
  figure.labels = labels.take();
  figure.numbers = forest_numbers(id, rows);
  return figure;
}

Figure band_figure(const std::string& id, const BandAxes& axes,
                   const std::vector<BandLine>& lines) {
  check(!lines.empty(), "a figure of curves has lines");
  Figure figure;
  figure.id = id;
  Labels labels;
  std::string bands;
  std::string curves;
  std::string data;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    data += fmt::format("$line{} << EOD\n", i);
    for (const auto& point : line.points) {
      data +=
          fmt::format("{} {:.8g} {:.8g} {:.8g}\n", point.step, point.mean, point.low, point.high);
    }
    data += "EOD\n";
    const std::string colour = colour_of(line.colour);
    bands += fmt::format(
        "$line{} using 1:3:4 with filledcurves fillcolor rgb '{}' "
        "fillstyle transparent solid 0.14 noborder notitle, \\\n",
        i, colour);
    curves += fmt::format(
        "{}$line{} using 1:2 with linespoints linecolor rgb '{}' linewidth 1.8 "
        "dashtype {} pointtype {} pointsize 0.6 pointinterval {} title {}",
        i == 0 ? "" : ", \\\n", i, colour, line.dash, kPointTypes[line.colour],
        marker_interval(line), labels.quoted(line.label));
  }
  const int key_height = 22 * static_cast<int>(lines.size());
  figure.script = script_head(900, 380 + key_height) + data;
  figure.script += "set key below left maxcols 1 reverse Left samplen 3 textcolor rgb 'black'\n";
  figure.script +=
      "set xlabel " + labels.quoted(axes.x) + "\nset ylabel " + labels.quoted(axes.y) + "\n";
  if (axes.logarithmic) figure.script += "set logscale y\n";
  figure.script += "plot " + bands + curves + "\n";
  figure.labels = labels.take();
  figure.numbers = band_numbers(id, axes, lines);
  return figure;
}

Figure heat_map_figure(const std::string& id, const HeatMap& map) {
  check(map.fields.size() == map.rows.size() * map.columns.size(), "a heat map is a rectangle");
  Figure figure;
  figure.id = id;
  Labels labels;
  const std::size_t columns = map.columns.size();
  std::string fields;
  figure.numbers.id = id + "-numbers";
  figure.numbers.caption = "Numbers of the figure";
  figure.numbers.columns = {{map.y, Align::kLeft, ""}};
  for (const auto& name : map.columns) {
    figure.numbers.columns.push_back({map.x + " " + name, Align::kRight, ""});
  }
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    figure.numbers.rows.push_back({map.rows[row]});
    for (std::size_t column = 0; column < columns; ++column) {
      const auto& field = map.fields[row * columns + column];
      const std::size_t at = row * columns + column + 1;
      const double width = map.high - map.low;
      const double share = width > 0 ? (field.value - map.low) / width : 0.5;
      const double y = static_cast<double>(map.rows.size() - 1 - row);
      const double x = static_cast<double>(column);
      fields += fmt::format(
          "set object {} rectangle from {},{} to {},{} {} behind\n", at, x - 0.48, y - 0.46,
          x + 0.48, y + 0.46,
          field.known ? "fillcolor rgb '" + heat_colour(share) + "' fillstyle solid 1 noborder"
                      : "fillstyle empty border linecolor rgb 'gray' dashtype 2");
      fields += fmt::format("set label {} {} at {},{} center textcolor rgb '{}'\n", at,
                            labels.quoted(field.text), x, y,
                            !field.known   ? "black"
                            : share < 0.55 ? "#ffffff"
                                           : "#010101");
      figure.numbers.rows.back().push_back(field.known ? TableCell(field.text, field.value)
                                                       : TableCell(field.text, Tone::kHole));
    }
  }
  const int height = 110 + 44 * static_cast<int>(map.rows.size());
  figure.script = script_head(std::min(1200, 160 + 130 * static_cast<int>(columns)), height);
  figure.script += "unset grid\nunset border\nunset key\n" + fields;
  figure.script += axis_tics("x", map.columns, false, labels);
  figure.script += axis_tics("y", map.rows, true, labels);
  figure.script +=
      "set xlabel " + labels.quoted(map.x) + "\nset ylabel " + labels.quoted(map.y) +
      fmt::format("\nset xrange [-0.5:{}]\nset yrange [-0.5:{}]\nplot NaN notitle\n",
                  static_cast<double>(columns) - 0.5, static_cast<double>(map.rows.size()) - 0.5);
  figure.labels = labels.take();
  return figure;
}

}  // namespace polysweep
