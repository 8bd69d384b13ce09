#include "reports/analysis/factor_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/search_space.h"
#include "reports/analysis/statistics.h"
#include "reports/analysis/titles.h"
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

// Where the cells are on the axis of a factor.
struct Scale {
  std::string title;
  std::vector<std::optional<double>> of_cell;  // none: not on the axis
  double low = 0;
  double high = 0;
  std::vector<std::pair<double, std::string>> tics;  // ascending
  bool logarithmic = false;
  std::size_t no_axis_value = 0;  // as FactorCurve's
};

// How numbers from `low` to `high` are drawn.
struct AxisKind {
  AxisKind(double low, double high) {
    if (low == 0 && high + 1 >= kLogarithmicRange) added = 1;
    logarithmic = low + added > 0 && (high + added) / (low + added) >= kLogarithmicRange;
  }
  double added = 0;  // to every number, so that 0 has a logarithm
  bool logarithmic = false;
};

std::string axis_title(const std::string& name, const AxisKind& kind, const std::string& unit) {
  return shortened(name, 60) + (kind.added != 0 ? " + 1" : "") +
         (unit.empty() ? "" : " (" + unit + ")");
}

std::optional<double> find_place(const std::map<Value, double>& places, const Value* level) {
  if (level == nullptr) return std::nullopt;
  return places.at(*level);
}

// The levels themselves: numbers in their places, words after them.
Scale scale_of_levels(const SweepResults& results, const FactorInfo& factor) {
  std::vector<std::pair<double, Value>> places;  // ascending
  for (const auto& level : factor.levels) {
    if (level.is_number()) places.emplace_back(level.real(), level);
  }
  check(places.size() >= 2, "a scale has two numbers");
  std::stable_sort(places.begin(), places.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const AxisKind kind(places.front().first, places.back().first);
  for (auto& place : places) place.first += kind.added;
  Scale scale;
  scale.title = axis_title(factor.name, kind, factor.unit);
  scale.logarithmic = kind.logarithmic;
  scale.low = places.front().first;
  scale.high = places.back().first;
  const double gap = (scale.high - scale.low) / 6;
  for (const auto& level : factor.levels) {
    if (level.is_number()) continue;
    scale.high = scale.logarithmic ? scale.high * 1.7 : scale.high + gap;
    places.emplace_back(scale.high, level);
  }
  const LevelNames names(factor.levels);
  std::map<Value, double> place_of;
  for (const auto& [at, level] : places) {
    place_of[level] = at;
    const bool moved = level.is_number() && kind.added != 0;
    scale.tics.emplace_back(at, moved ? fmt::format("{:g}", at) : shortened(names.of(level), 20));
  }
  for (const CellResult& cell : results.cells) {
    scale.of_cell.push_back(find_place(place_of, cell.levels.find(factor.name)));
  }
  return scale;
}

// The last value of `metric` that the trials of a cell share; none if one has another.
std::optional<double> shared_value(const SweepResults& results, const CellValues& cell,
                                   const std::string& metric) {
  std::optional<double> shared;
  for (const Measured& each : cell.values) {
    const auto& finals = results.trials[each.trial].final_metrics;
    const auto found = finals.find(metric);
    if (found == finals.end() || !std::isfinite(found->second)) return std::nullopt;
    if (shared && *shared != found->second) return std::nullopt;
    shared = found->second;
  }
  return shared;
}

// The values of the factor's metric in the cells that are drawn.
Scale scale_of_metric(const SweepResults& results, const FactorInfo& factor,
                      const std::vector<CellValues>& drawn) {
  Scale scale;
  std::set<double> numbers;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    scale.of_cell.emplace_back();
    if (results.cells[i].levels.find(factor.name) == nullptr || drawn[i].values.empty()) continue;
    scale.of_cell[i] = shared_value(results, drawn[i], factor.axis);
    if (!scale.of_cell[i]) ++scale.no_axis_value;
    if (scale.of_cell[i]) numbers.insert(*scale.of_cell[i]);
  }
  if (numbers.empty()) return scale;
  const MetricInfo metric = metric_info(results, factor.axis);
  const AxisKind kind(*numbers.begin(), *numbers.rbegin());
  for (auto& place : scale.of_cell) {
    if (place) *place += kind.added;
  }
  scale.title = axis_title(metric.name, kind, metric.unit);
  scale.logarithmic = kind.logarithmic;
  scale.low = *numbers.begin() + kind.added;
  scale.high = *numbers.rbegin() + kind.added;
  for (const double number : numbers) {
    scale.tics.emplace_back(number + kind.added, fmt::format("{:g}", number + kind.added));
  }
  return scale;
}

Scale scale_of(const SweepResults& results, const FactorInfo& factor,
               const std::vector<CellValues>& drawn) {
  std::size_t no_axis_value = 0;
  if (!factor.axis.empty()) {
    Scale scale = scale_of_metric(results, factor, drawn);
    if (scale.no_axis_value == 0) return scale;
    no_axis_value = scale.no_axis_value;
  }
  Scale scale = scale_of_levels(results, factor);
  scale.no_axis_value = no_axis_value;
  return scale;
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
    points.push_back(point_of(values, scale.of_cell[cell].value(), source.confidence));
    return;
  }
  building.panel.horizontal_lines = true;
  for (const double x : {scale.low, scale.high}) {
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
  const Scale scale = scale_of(source.results, source.factor, source.values);
  if (scale.tics.size() < 2) return {};
  std::unordered_map<std::string, std::size_t> index_of;  // of a panel, by context
  std::vector<Building> buildings;
  for (std::size_t i = 0; i < source.results.cells.size(); ++i) {
    if (source.values[i].values.empty()) continue;
    const LineName name = line_of(source.results, source.labels, i, source.factor);
    const auto [known, is_new] = index_of.try_emplace(name.panel, buildings.size());
    if (is_new) {
      FactorCurve& panel = buildings.emplace_back().panel;
      panel.factor = source.factor.name;
      panel.axis = source.factor.axis;
      panel.context = name.panel;
      panel.x = scale.title;
      if (scale.tics.size() <= kMostTics) panel.tics = scale.tics;
      panel.logarithmic = scale.logarithmic;
      panel.no_axis_value = scale.no_axis_value;
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
    if (is_sampled(factor) || !is_scale(factor)) continue;
    for (auto& panel : panels_of({results, labels, values, factor, confidence})) {
      const bool drawn = std::any_of(panel.lines.begin(), panel.lines.end(),
                                     [](const FactorLine& line) { return line.points.size() > 2; });
      if (drawn) panels.push_back(std::move(panel));
    }
  }
  return panels;
}

}  // namespace polysweep
