#include "reports/analysis/heat_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/analysis/arms.h"
#include "reports/analysis/cell_values.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/number_text.h"
#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

bool numeric(const FactorInfo& factor) {
  return std::count_if(factor.levels.begin(), factor.levels.end(),
                       [](const Value& level) { return level.is_number(); }) >= 2;
}

// Numbers ascending, then words in their order.
std::vector<Value> ordered(const std::vector<Value>& levels) {
  std::vector<Value> numbers;
  std::vector<Value> words;
  for (const auto& level : levels) (level.is_number() ? numbers : words).push_back(level);
  std::stable_sort(numbers.begin(), numbers.end(),
                   [](const Value& a, const Value& b) { return a.real() < b.real(); });
  numbers.insert(numbers.end(), words.begin(), words.end());
  return numbers;
}

std::string rest_of(const SweepResults& results, const CellResult& cell, const FactorInfo& x,
                    const FactorInfo& y) {
  std::string rest;
  for (const auto& factor : results.factors) {
    const Value* level = cell.levels.find(factor.name);
    if (level == nullptr || factor.name == x.name || factor.name == y.name) continue;
    rest += (rest.empty() ? "" : ", ") + level_text(factor.name, *level);
  }
  return rest;
}

std::vector<Value> used(const SweepResults& results, const std::vector<std::size_t>& cells,
                        const FactorInfo& factor) {
  std::vector<Value> levels;
  for (const auto& level : ordered(factor.levels)) {
    const bool any = std::any_of(cells.begin(), cells.end(), [&](std::size_t cell) {
      return *results.cells[cell].levels.find(factor.name) == level;
    });
    if (any) levels.push_back(level);
  }
  return levels;
}

HeatMap::Field field_of(const SweepResults& results, std::size_t cell, const std::string& metric) {
  const CellValues values = cell_values(results, cell, metric);
  HeatMap::Field field;
  if (values.values.empty()) {
    field.text = "no value";
    return field;
  }
  const Summary summary = summarize(values.numbers());
  field.known = true;
  field.value = summary.mean;
  field.baseline = results.cells[cell].is_baseline;
  field.text = rounded_text(summary.mean, summary.sd.value_or(0));
  if (!values.holes.empty()) {
    field.text += fmt::format(" (n {} of {})", values.values.size(), values.planned());
  }
  return field;
}

HeatMap map_of(const SweepResults& results, const std::vector<std::size_t>& cells,
               const FactorInfo& x, const FactorInfo& y, const std::string& metric) {
  const auto columns = used(results, cells, x);
  const auto rows = used(results, cells, y);
  HeatMap map;
  map.x = shortened(x.name, 60) + (x.unit.empty() ? "" : " (" + x.unit + ")");
  map.y = shortened(y.name, 60) + (y.unit.empty() ? "" : " (" + y.unit + ")");
  for (const auto& level : columns) map.columns.push_back(shortened(level.display(), 20));
  for (const auto& level : rows) map.rows.push_back(shortened(level.display(), 20));
  map.fields.resize(columns.size() * rows.size());
  for (auto& field : map.fields) field.text = "not planned";
  for (std::size_t cell : cells) {
    const auto& levels = results.cells[cell].levels;
    const auto column = std::find(columns.begin(), columns.end(), *levels.find(x.name));
    const auto row = std::find(rows.begin(), rows.end(), *levels.find(y.name));
    const auto at = static_cast<std::size_t>(row - rows.begin()) * columns.size() +
                    static_cast<std::size_t>(column - columns.begin());
    map.fields[at] = field_of(results, cell, metric);
  }
  return map;
}

void share_scale(std::vector<TitledHeatMap>& maps, std::size_t first) {
  bool any = false;
  double low = 0;
  double high = 0;
  for (std::size_t i = first; i < maps.size(); ++i) {
    for (const auto& field : maps[i].map.fields) {
      if (!field.known) continue;
      low = any ? std::min(low, field.value) : field.value;
      high = any ? std::max(high, field.value) : field.value;
      any = true;
    }
  }
  for (std::size_t i = first; i < maps.size(); ++i) {
    maps[i].map.low = low;
    maps[i].map.high = high;
  }
}

}  // namespace

std::vector<TitledHeatMap> heat_maps(const SweepResults& results, const std::string& metric) {
  std::vector<TitledHeatMap> maps;
  for (std::size_t a = 0; a < results.factors.size(); ++a) {
    for (std::size_t b = a + 1; b < results.factors.size(); ++b) {
      const FactorInfo& x = results.factors[a];
      const FactorInfo& y = results.factors[b];
      if (!numeric(x) || !numeric(y)) continue;
      std::map<std::string, std::vector<std::size_t>> groups;
      for (std::size_t i = 0; i < results.cells.size(); ++i) {
        const auto& levels = results.cells[i].levels;
        if (levels.find(x.name) == nullptr || levels.find(y.name) == nullptr) continue;
        groups[rest_of(results, results.cells[i], x, y)].push_back(i);
      }
      const std::size_t first = maps.size();
      for (const auto& [title, cells] : groups) {
        HeatMap map = map_of(results, cells, x, y, metric);
        if (map.columns.size() < 2 || map.rows.size() < 2) continue;
        maps.push_back({title, std::move(map)});
      }
      share_scale(maps, first);
    }
  }
  return maps;
}

}  // namespace polysweep
