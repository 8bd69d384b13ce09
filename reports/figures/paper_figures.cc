#include "reports/figures/paper_figures.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "reports/figures/band_plot.h"
#include "reports/figures/matrix_plot.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

using Json = nlohmann::json;

struct KindName {
  const char* name;
  PaperFigureKind kind;
};
constexpr KindName kKinds[] = {{"table_map", PaperFigureKind::kTableMap},
                               {"table_rows", PaperFigureKind::kTableRows},
                               {"curves", PaperFigureKind::kCurves}};

PaperFigureKind kind_of(const std::string& id, const std::string& name) {
  std::vector<std::string> known;
  for (const KindName& each : kKinds) {
    if (name == each.name) return each.kind;
    known.emplace_back(each.name);
  }
  fail("paper figure '{}': unknown kind '{}'{}; expected one of {}", id, name,
       suggestion(name, known), list_text(known));
}

// The value of a key that must be there.
template <typename T>
T required(const Json& json, const std::string& id, const char* key) {
  if (!json.contains(key)) fail("paper figure '{}': key '{}' is missing", id, key);
  try {
    return json.at(key).get<T>();
  } catch (const Json::exception& wrong) {
    fail("paper figure '{}': key '{}': {}", id, key, wrong.what());
  }
}

template <typename T>
void optional(const Json& json, const std::string& id, const char* key, T& value) {
  if (json.contains(key)) value = required<T>(json, id, key);
}

std::vector<ParameterText> parameters_of(const Json& json, const std::string& id, const char* key) {
  std::vector<ParameterText> out;
  std::vector<std::string> texts;
  optional(json, id, key, texts);
  for (const std::string& text : texts) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos) {
      fail("paper figure '{}': key '{}': expected name=value, not '{}'", id, key, text);
    }
    out.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  return out;
}

void read_curves(const Json& json, PaperFigure& figure) {
  figure.experiment = required<std::string>(json, figure.id, "experiment");
  figure.metric = required<std::string>(json, figure.id, "metric");
  for (const Json& cell : required<std::vector<Json>>(json, figure.id, "cells")) {
    figure.cells.push_back(
        {parameters_of(cell, figure.id, "require"), parameters_of(cell, figure.id, "prefer")});
  }
  if (figure.cells.empty()) fail("paper figure '{}': no cells are named", figure.id);
}

PaperFigure read_figure(const Json& json) {
  PaperFigure figure;
  figure.id = required<std::string>(json, "", "id");
  figure.kind = kind_of(figure.id, required<std::string>(json, figure.id, "kind"));
  figure.title = required<std::string>(json, figure.id, "title");
  optional(json, figure.id, "caption", figure.caption);
  if (figure.kind == PaperFigureKind::kCurves) {
    read_curves(json, figure);
    return figure;
  }
  figure.table = required<std::vector<std::string>>(json, figure.id, "table");
  optional(json, figure.id, "row", figure.row);
  optional(json, figure.id, "part", figure.part);
  optional(json, figure.id, "parts", figure.parts);
  optional(json, figure.id, "shown", figure.shown);
  optional(json, figure.id, "standardize", figure.standardize);
  optional(json, figure.id, "x", figure.x);
  optional(json, figure.id, "from", figure.from);
  optional(json, figure.id, "to", figure.to);
  return figure;
}

Json parsed(std::string_view text, const char* what) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& wrong) {
    fail("the worker's {} are not JSON: {}", what, wrong.what());
  }
}

Figure map_figure(const PaperFigure& figure, const NumberRows& table) {
  const NumberRows scaled = figure.standardize ? standardized(table) : table;
  std::vector<MatrixPanel> panels;
  for (const std::size_t part : figure.shown) {
    panels.push_back(
        {fmt::format("{} {}", figure.part, part), cosine_map(part_of(scaled, figure.parts, part))});
  }
  if (panels.empty()) panels.push_back({figure.title, cosine_map(scaled)});
  Figure drawn =
      matrix_figure(figure.id, {figure.row, figure.row + " (rows)", "cosine", -1, 1}, panels);
  std::string shown;
  for (const std::size_t part : figure.shown) append_item(shown, std::to_string(part));
  drawn.caption =
      fmt::format("{}: cosine between any two rows ({} {}s, {} features){}.", figure.title,
                  table.size(), figure.row, table.empty() ? 0 : table[0].size(),
                  figure.shown.empty() ? std::string()
                                       : fmt::format(", over the features of {} {} of {} alone",
                                                     figure.part, shown, figure.parts));
  if (figure.standardize) {
    drawn.caption += fmt::format(
        " Every feature is scaled to mean 0 and standard deviation 1 over the {}s.", figure.row);
  }
  drawn.description = "Map. " + drawn.caption;
  return drawn;
}

Figure rows_figure(const PaperFigure& figure, const NumberRows& table) {
  std::vector<BandLine> lines;
  Table numbers;
  numbers.id = figure.id + "-numbers";
  numbers.caption = "Numbers of the figure";
  numbers.columns = {
      {figure.row, Align::kRight, ""}, {figure.x, Align::kRight, ""}, {"value", Align::kRight, ""}};
  for (std::size_t n = 0; n < table.size(); ++n) {
    BandLine line{fmt::format("{} {}", figure.row, n), numbered_style(n), {}};
    line.style.dash = 1 + static_cast<int>(n) % kDashCount;
    const auto count = static_cast<double>(table[n].size());
    for (std::size_t i = 0; i < table[n].size(); ++i) {
      const double x = figure.from + (figure.to - figure.from) * static_cast<double>(i) / count;
      const double value = table[n][i];
      line.points.push_back({x, value, value, value});
      numbers.rows.push_back(
          {exact_field(static_cast<double>(n)), exact_field(x), exact_field(value)});
    }
    lines.push_back(std::move(line));
  }
  if (lines.empty()) fail("paper figure '{}': its table has no rows", figure.id);
  BandAxes axes;
  axes.x = figure.x;
  axes.y = "value";
  Figure drawn = band_figure(figure.id, axes, lines);
  drawn.kind = FigureKind::kPicture;
  drawn.numbers = std::move(numbers);
  drawn.caption = fmt::format("{}: {}s 0 to {} on [{:g}, {:g}).", figure.title, figure.row,
                              table.size() - 1, figure.from, figure.to);
  drawn.description = "Curves. " + drawn.caption;
  return drawn;
}

}  // namespace

std::vector<PaperFigure> read_paper_figures(std::string_view json) {
  const Json root = parsed(json, "paper figures");
  if (!root.is_object() || !root.contains("figures") || !root["figures"].is_array()) {
    fail("the worker's paper figures have no list \"figures\"");
  }
  std::vector<PaperFigure> figures;
  for (const Json& each : root["figures"]) {
    figures.push_back(read_figure(each));
    const auto same = std::count_if(figures.begin(), figures.end(), [&](const PaperFigure& other) {
      return other.id == figures.back().id;
    });
    if (same > 1) fail("paper figure '{}' is described twice", figures.back().id);
  }
  return figures;
}

NumberRows read_number_table(std::string_view json) {
  const Json root = parsed(json, "numbers");
  try {
    return root.at("table").get<NumberRows>();
  } catch (const Json::exception& wrong) {
    fail("the worker's table is not one of numbers: {}", wrong.what());
  }
}

Figure paper_table_figure(const PaperFigure& figure, const NumberRows& table) {
  check(figure.kind != PaperFigureKind::kCurves, "curves are not drawn from a table");
  if (table.empty() || table[0].empty()) {
    fail("paper figure '{}': its table is empty", figure.id);
  }
  Figure drawn = figure.kind == PaperFigureKind::kTableMap ? map_figure(figure, table)
                                                           : rows_figure(figure, table);
  if (!figure.caption.empty()) drawn.caption += " " + figure.caption;
  drawn.description += figure.caption.empty() ? "" : " " + figure.caption;
  return drawn;
}

}  // namespace polysweep
