#include "reports/analysis/factor_pair.h"

#include <algorithm>
#include <map>
#include <set>

#include "framework/core/error.h"
#include "reports/analysis/cell_labels.h"
#include "reports/analysis/search_space.h"
#include "reports/analysis/statistics.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestName = 20;  // of a level

// Drawn levels have no fields: each combination of them has at most one cell.
bool on_grid(const FactorInfo& factor) {
  return !is_sampled(factor) &&
         std::count_if(factor.levels.begin(), factor.levels.end(),
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

// A sweep, how its cells are called, and what they are worth.
struct Source {
  const SweepResults& results;
  const CellLabels& labels;
  const std::vector<CellValues>& values;
};

std::string rest_of(const Source& source, const CellResult& cell, const FactorInfo& x,
                    const FactorInfo& y) {
  std::string rest;
  for (const auto& factor : source.results.factors) {
    const Value* level = cell.levels.find(factor.name);
    if (level == nullptr || factor.name == x.name || factor.name == y.name) continue;
    append_item(rest, source.labels.level_text(factor.name, *level));
  }
  return rest;
}

// The levels of a factor that `cells` have, and where each is.
struct UsedLevels {
  std::vector<std::string> names;
  std::map<Value, std::size_t> place_of;
};

UsedLevels used(const Source& source, const std::vector<std::size_t>& cells,
                const FactorInfo& factor) {
  std::set<Value> seen;
  for (const std::size_t cell : cells) {
    seen.insert(source.results.cells[cell].levels.at(factor.name));
  }
  UsedLevels levels;
  for (const auto& level : ordered(factor.levels)) {
    if (seen.erase(level) == 0) continue;
    levels.place_of[level] = levels.names.size();
    levels.names.push_back(source.labels.level(factor.name, level, kLongestName));
  }
  check(seen.empty(), "the levels of a cell are levels of the factor");
  return levels;
}

FactorPairMap::Field field_of(const CellResult& cell, const CellValues& values) {
  FactorPairMap::Field field;
  field.planned = true;
  field.baseline = cell.is_baseline;
  field.values = values.values.size();
  field.trials = values.planned();
  if (values.values.empty()) return field;
  const Summary summary = summarize(values.numbers());
  field.mean = summary.mean;
  field.spread = summary.sd.value_or(0);
  return field;
}

std::string title_of(const FactorInfo& factor) {
  return shortened(factor.name, 60) + (factor.unit.empty() ? "" : " (" + factor.unit + ")");
}

FactorPairMap map_of(const Source& source, const std::vector<std::size_t>& cells,
                     const FactorInfo& x, const FactorInfo& y) {
  const UsedLevels columns = used(source, cells, x);
  const UsedLevels rows = used(source, cells, y);
  FactorPairMap map;
  map.x = title_of(x);
  map.y = title_of(y);
  map.columns = columns.names;
  map.rows = rows.names;
  if (map.columns.size() < 2 || map.rows.size() < 2) return map;
  map.fields.resize(map.columns.size() * map.rows.size());
  for (const std::size_t cell : cells) {
    const auto& levels = source.results.cells[cell].levels;
    const std::size_t at = rows.place_of.at(levels.at(y.name)) * map.columns.size() +
                           columns.place_of.at(levels.at(x.name));
    map.fields[at] = field_of(source.results.cells[cell], source.values[cell]);
  }
  return map;
}

void share_scale(std::vector<FactorPairMap>& maps, std::size_t first) {
  std::vector<double> means;
  for (std::size_t i = first; i < maps.size(); ++i) {
    for (const auto& field : maps[i].fields) {
      if (field.mean) means.push_back(*field.mean);
    }
  }
  if (means.empty()) return;
  const auto [low, high] = std::minmax_element(means.begin(), means.end());
  for (std::size_t i = first; i < maps.size(); ++i) {
    maps[i].low = *low;
    maps[i].high = *high;
  }
}

void add_maps(std::vector<FactorPairMap>& maps, const Source& source, const FactorInfo& x,
              const FactorInfo& y) {
  std::map<std::string, std::vector<std::size_t>> groups;
  const auto& all = source.results.cells;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& levels = all[i].levels;
    if (levels.find(x.name) == nullptr || levels.find(y.name) == nullptr) continue;
    groups[rest_of(source, all[i], x, y)].push_back(i);
  }
  const std::size_t first = maps.size();
  for (const auto& [title, cells] : groups) {
    FactorPairMap map = map_of(source, cells, x, y);
    if (map.fields.empty()) continue;
    map.title = title;
    maps.push_back(std::move(map));
  }
  share_scale(maps, first);
}

}  // namespace

std::vector<FactorPairMap> factor_pair_maps(const SweepResults& results, const CellLabels& labels,
                                            const std::vector<CellValues>& values) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  std::vector<FactorPairMap> maps;
  for (std::size_t a = 0; a < results.factors.size(); ++a) {
    for (std::size_t b = a + 1; b < results.factors.size(); ++b) {
      const FactorInfo& x = results.factors[a];
      const FactorInfo& y = results.factors[b];
      if (on_grid(x) && on_grid(y)) add_maps(maps, {results, labels, values}, x, y);
    }
  }
  return maps;
}

}  // namespace polysweep
