#include "reports/analysis/order_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/analysis/cell_values.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

constexpr double kLogarithmicRange = 8;
constexpr std::size_t kMostTics = 14;

// Factors that are shown as something else: what is added, and what comes out.
struct Shown {
  const char* factor;
  double added;
  const char* title;
};
constexpr Shown kShown[] = {{"order", 1, "rank (order + 1)"}};

double added_to(const std::string& factor) {
  for (const auto& shown : kShown) {
    if (factor == shown.factor) return shown.added;
  }
  return 0;
}

std::string title_of(const FactorInfo& factor) {
  for (const auto& shown : kShown) {
    if (factor.name == shown.factor) return shown.title;
  }
  return shortened(factor.name, 60) + (factor.unit.empty() ? "" : " (" + factor.unit + ")");
}

bool is_scale(const FactorInfo& factor) {
  const auto numbers = std::count_if(factor.levels.begin(), factor.levels.end(),
                                     [](const Value& level) { return level.is_number(); });
  return numbers >= 2 && factor.levels.size() >= 3;
}

// Where the levels of a factor stand on its axis.
struct Scale {
  std::vector<std::pair<double, Value>> places;  // ascending
  bool logarithmic = false;

  double place(const Value& level) const {
    for (const auto& [at, known] : places) {
      if (known == level) return at;
    }
    return 0;
  }
};

Scale scale_of(const FactorInfo& factor) {
  Scale scale;
  const double added = added_to(factor.name);
  for (const auto& level : factor.levels) {
    if (level.is_number()) scale.places.emplace_back(level.real() + added, level);
  }
  std::stable_sort(scale.places.begin(), scale.places.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const double low = scale.places.front().first;
  double last = scale.places.back().first;
  scale.logarithmic = low > 0 && last / low >= kLogarithmicRange;
  const double gap = (last - low) / 6;
  for (const auto& level : factor.levels) {
    if (level.is_number()) continue;
    last = scale.logarithmic ? last * 1.7 : last + gap;
    scale.places.emplace_back(last, level);
  }
  return scale;
}

std::vector<std::pair<double, std::string>> tics_of(const Scale& scale, double added) {
  std::vector<std::pair<double, std::string>> tics;
  if (scale.places.size() > kMostTics) return tics;
  for (const auto& [at, level] : scale.places) {
    const bool moved = level.is_number() && added != 0;
    tics.emplace_back(at, moved ? fmt::format("{:g}", at) : shortened(level.display(), 20));
  }
  return tics;
}

BandPoint point_of(const CellValues& values, double x, double confidence) {
  const auto numbers = values.numbers();
  const double mean = mean_of(numbers);
  const Interval interval = t_interval(numbers, confidence).value_or(Interval{mean, mean});
  return {x, mean, interval.low, interval.high};
}

// Which line of which panel a cell is a point of. Where the factor is what arms
// are, contexts are the lines of one panel.
std::pair<std::string, std::string> line_and_panel(const SweepResults& results, const Arms& arms,
                                                   std::size_t cell, const FactorInfo& factor) {
  ArmNames names = arm_names(results, arms, cell, factor.name);
  if (factor.name != arms.colour_factor) {
    return {names.arm.empty() ? "all" : names.arm, names.context};
  }
  std::string line = names.arm;
  if (!names.context.empty()) line += (line.empty() ? "" : ", ") + names.context;
  return {line.empty() ? "all" : line, ""};
}

struct Building {
  OrderPanel panel;
  std::vector<std::string> missing;  // by line: which levels lack runs
  std::map<std::string, std::size_t> line_of;
  std::map<int, int> dashes;
};

BandLine& line_for(Building& building, const std::string& name, ArmStyle style, bool baseline) {
  const auto known = building.line_of.find(name);
  if (known != building.line_of.end()) return building.panel.lines[known->second];
  building.line_of[name] = building.panel.lines.size();
  building.missing.emplace_back();
  style.dash = 1 + building.dashes[style.colour]++ % kDashCount;
  building.panel.lines.push_back({name + (baseline ? " (baseline)" : ""), style, {}});
  return building.panel.lines.back();
}

void add_cell(Building& building, const SweepResults& results, const Arms& arms, std::size_t cell,
              const FactorInfo& factor, const Scale& scale, const CellValues& values,
              double confidence) {
  const auto [name, context] = line_and_panel(results, arms, cell, factor);
  const CellResult& source = results.cells[cell];
  const Value* level = source.levels.find(factor.name);
  const bool of_arm = factor.name != arms.colour_factor;
  const ArmStyle style = of_arm ? arms.cells[cell].style : numbered_style(building.line_of.size());
  BandLine& line = line_for(building, name, style, of_arm && source.is_baseline);
  if (!values.holes.empty()) {
    building.panel.holes += values.holes.size();
    std::string& missing = building.missing[building.line_of[name]];
    missing += (missing.empty() ? "" : ", ") +
               (level == nullptr ? std::string() : shortened(level->display(), 20) + " ") +
               fmt::format("n {} of {}", values.values.size(), values.planned());
  }
  if (level != nullptr) {
    line.points.push_back(point_of(values, scale.place(*level), confidence));
    return;
  }
  building.panel.level_lines = true;
  for (const double x : {scale.places.front().first, scale.places.back().first}) {
    line.points.push_back(point_of(values, x, confidence));
  }
}

std::vector<OrderPanel> panels_of(const SweepResults& results, const Arms& arms,
                                  const std::string& metric, const FactorInfo& factor,
                                  double confidence) {
  const Scale scale = scale_of(factor);
  std::vector<std::string> contexts;
  std::vector<Building> buildings;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    const CellValues values = cell_values(results, i, metric);
    if (values.values.empty()) continue;
    const std::string context = line_and_panel(results, arms, i, factor).second;
    const auto at = std::find(contexts.begin(), contexts.end(), context) - contexts.begin();
    if (static_cast<std::size_t>(at) == contexts.size()) {
      contexts.push_back(context);
      buildings.emplace_back();
    }
    add_cell(buildings[static_cast<std::size_t>(at)], results, arms, i, factor, scale, values,
             confidence);
  }
  std::vector<OrderPanel> panels;
  for (std::size_t i = 0; i < buildings.size(); ++i) {
    OrderPanel& panel = buildings[i].panel;
    for (std::size_t j = 0; j < panel.lines.size(); ++j) {
      auto& line = panel.lines[j];
      std::stable_sort(line.points.begin(), line.points.end(),
                       [](const BandPoint& a, const BandPoint& b) { return a.x < b.x; });
      if (!buildings[i].missing[j].empty()) line.label += " (" + buildings[i].missing[j] + ")";
    }
    panel.factor = factor.name;
    panel.context = contexts[i];
    panel.x = title_of(factor);
    panel.tics = tics_of(scale, added_to(factor.name));
    panel.logarithmic = scale.logarithmic;
    panels.push_back(std::move(panel));
  }
  return panels;
}

}  // namespace

std::vector<OrderPanel> order_panels(const SweepResults& results, const Arms& arms,
                                     const std::string& metric, double confidence) {
  std::vector<OrderPanel> panels;
  for (const auto& factor : results.factors) {
    if (!is_scale(factor)) continue;
    for (auto& panel : panels_of(results, arms, metric, factor, confidence)) {
      const bool drawn = std::any_of(panel.lines.begin(), panel.lines.end(),
                                     [](const BandLine& line) { return line.points.size() > 2; });
      if (drawn) panels.push_back(std::move(panel));
    }
  }
  return panels;
}

}  // namespace polysweep
