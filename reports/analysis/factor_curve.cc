#include "reports/analysis/factor_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/statistics.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr double kLogarithmicRange = 8;
constexpr std::size_t kMostTics = 14;

bool is_scale(const FactorInfo& factor) {
  const auto numbers = std::count_if(factor.levels.begin(), factor.levels.end(),
                                     [](const Value& level) { return level.is_number(); });
  return numbers >= 2 && factor.levels.size() >= 3;
}

// Where the levels of a factor are on its axis.
struct Scale {
  std::vector<std::pair<double, Value>> places;  // ascending
  std::map<Value, double> place_of;
  double added = 0;  // to every number, so that 0 has a logarithm
  bool logarithmic = false;
};

Scale scale_of(const FactorInfo& factor) {
  Scale scale;
  for (const auto& level : factor.levels) {
    if (level.is_number()) scale.places.emplace_back(level.real(), level);
  }
  check(scale.places.size() >= 2, "a scale has two numbers");
  std::stable_sort(scale.places.begin(), scale.places.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const double lowest = scale.places.front().first;
  if (lowest == 0 && scale.places.back().first + 1 >= kLogarithmicRange) scale.added = 1;
  for (auto& place : scale.places) place.first += scale.added;
  const double low = scale.places.front().first;
  double last = scale.places.back().first;
  scale.logarithmic = low > 0 && last / low >= kLogarithmicRange;
  const double gap = (last - low) / 6;
  for (const auto& level : factor.levels) {
    if (level.is_number()) continue;
    last = scale.logarithmic ? last * 1.7 : last + gap;
    scale.places.emplace_back(last, level);
  }
  for (const auto& [at, level] : scale.places) scale.place_of[level] = at;
  return scale;
}

std::string title_of(const FactorInfo& factor, const Scale& scale) {
  return shortened(factor.name, 60) + (scale.added != 0 ? " + 1" : "") +
         (factor.unit.empty() ? "" : " (" + factor.unit + ")");
}

std::vector<std::pair<double, std::string>> tics_of(const Scale& scale) {
  std::vector<std::pair<double, std::string>> tics;
  if (scale.places.size() > kMostTics) return tics;
  for (const auto& [at, level] : scale.places) {
    const bool moved = level.is_number() && scale.added != 0;
    tics.emplace_back(at, moved ? fmt::format("{:g}", at) : shortened(level.display(), 20));
  }
  return tics;
}

MeanPoint point_of(const CellValues& values, double x, double confidence) {
  const auto numbers = values.numbers();
  const double mean = mean_of(numbers);
  const Interval interval = t_interval(numbers, confidence).value_or(Interval{mean, mean});
  return {x, mean, interval.low, interval.high};
}

// Which line of which panel a cell is a point of. The contexts of the factor that
// gives cells their colour are the lines of one panel.
struct LineName {
  std::string line;
  std::string panel;
};
LineName line_of(const SweepResults& results, const CellLabels& labels, std::size_t cell,
                 const FactorInfo& factor) {
  LabelParts parts = label_parts(results, labels, cell, factor.name);
  if (factor.name != labels.colour_factor) {
    return {parts.name.empty() ? "all" : parts.name, parts.context};
  }
  if (!parts.context.empty()) append_item(parts.name, parts.context);
  return {parts.name.empty() ? "all" : parts.name, ""};
}

struct Building {
  FactorCurve panel;
  std::vector<std::string> missing;  // by line: the levels with missing values
  std::unordered_map<std::string, std::size_t> index_of;
  std::map<int, int> dashes;
};

std::size_t line_index(Building& building, const std::string& name, CellStyle style,
                       bool baseline) {
  const auto [known, is_new] = building.index_of.try_emplace(name, building.panel.lines.size());
  if (is_new) {
    building.missing.emplace_back();
    style.dash = 1 + building.dashes[style.colour]++ % kDashCount;
    building.panel.lines.push_back({name + (baseline ? " (baseline)" : ""), style, {}});
  }
  return known->second;
}

struct Source {
  const SweepResults& results;
  const CellLabels& labels;
  const std::vector<CellValues>& values;
  const FactorInfo& factor;
  double confidence;
};

void add_cell(Building& building, const Source& source, std::size_t cell, const std::string& name,
              const Scale& scale) {
  const CellResult& result = source.results.cells[cell];
  const CellValues& values = source.values[cell];
  const Value* level = result.levels.find(source.factor.name);
  const bool by_name = source.factor.name != source.labels.colour_factor;
  const CellStyle style =
      by_name ? source.labels.cells[cell].style : numbered_style(building.index_of.size());
  const std::size_t index = line_index(building, name, style, by_name && result.is_baseline);
  if (!values.missing.empty()) {
    building.panel.missing += values.missing.size();
    append_item(building.missing[index],
                (level == nullptr ? std::string() : shortened(level->display(), 20) + " ") +
                    fmt::format("n {} of {}", values.values.size(), values.planned()));
  }
  auto& points = building.panel.lines[index].points;
  if (level != nullptr) {
    points.push_back(point_of(values, scale.place_of.at(*level), source.confidence));
    return;
  }
  building.panel.horizontal_lines = true;
  for (const double x : {scale.places.front().first, scale.places.back().first}) {
    points.push_back(point_of(values, x, source.confidence));
  }
}

FactorCurve finished(Building& building) {
  for (std::size_t i = 0; i < building.panel.lines.size(); ++i) {
    auto& line = building.panel.lines[i];
    std::stable_sort(line.points.begin(), line.points.end(),
                     [](const MeanPoint& a, const MeanPoint& b) { return a.x < b.x; });
    if (!building.missing[i].empty()) line.label += " (" + building.missing[i] + ")";
  }
  return std::move(building.panel);
}

std::vector<FactorCurve> panels_of(const Source& source) {
  const Scale scale = scale_of(source.factor);
  std::unordered_map<std::string, std::size_t> index_of;  // of a panel, by context
  std::vector<Building> buildings;
  for (std::size_t i = 0; i < source.results.cells.size(); ++i) {
    if (source.values[i].values.empty()) continue;
    const LineName name = line_of(source.results, source.labels, i, source.factor);
    const auto [known, is_new] = index_of.try_emplace(name.panel, buildings.size());
    if (is_new) {
      FactorCurve& panel = buildings.emplace_back().panel;
      panel.factor = source.factor.name;
      panel.context = name.panel;
      panel.x = title_of(source.factor, scale);
      panel.tics = tics_of(scale);
      panel.logarithmic = scale.logarithmic;
    }
    add_cell(buildings[known->second], source, i, name.line, scale);
  }
  std::vector<FactorCurve> panels;
  for (Building& building : buildings) panels.push_back(finished(building));
  return panels;
}

}  // namespace

std::vector<FactorCurve> factor_curves(const SweepResults& results, const CellLabels& labels,
                                       const std::vector<CellValues>& values, double confidence) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  std::vector<FactorCurve> panels;
  for (const auto& factor : results.factors) {
    if (!is_scale(factor)) continue;
    for (auto& panel : panels_of({results, labels, values, factor, confidence})) {
      const bool drawn = std::any_of(panel.lines.begin(), panel.lines.end(),
                                     [](const FactorLine& line) { return line.points.size() > 2; });
      if (drawn) panels.push_back(std::move(panel));
    }
  }
  return panels;
}

}  // namespace polysweep
