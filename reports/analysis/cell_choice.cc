#include "reports/analysis/cell_choice.h"

#include <algorithm>
#include <optional>
#include <set>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/sweep/level_names.h"

namespace polysweep {
namespace {

struct Wanted {
  std::string factor;
  std::vector<Value> levels;  // any of them: those that the text names
};

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = trimmed(text.substr(at, comma - at));
    if (!part.empty()) parts.push_back(part);
    at = comma + 1;
  }
  return parts;
}

std::vector<Value> named_levels(const FactorInfo& factor, const std::string& text) {
  std::vector<Value> levels;
  for (const std::size_t i : matching_levels(factor.levels, text)) {
    levels.push_back(factor.levels[i]);
  }
  return levels;
}

void add_names(std::vector<std::string>& known, const FactorInfo& factor) {
  const LevelNames names(factor.levels);
  for (const auto& level : factor.levels) known.push_back(names.of(level));
}

[[noreturn]] void fail_level(const FactorInfo& factor, const std::string& level) {
  std::vector<std::string> known;
  add_names(known, factor);
  fail("{}", unknown_name("level of " + in_quotes(factor.name), level, known));
}

Wanted wanted_of(const SweepResults& results, const std::string& part) {
  for (const auto& factor : results.factors) {
    for (const char separator : {'=', ' '}) {
      if (!part.starts_with(factor.name + separator)) continue;
      const std::string level = trimmed(std::string_view(part).substr(factor.name.size() + 1));
      std::vector<Value> levels = named_levels(factor, level);
      if (levels.empty()) fail_level(factor, level);
      return {factor.name, std::move(levels)};
    }
  }
  std::vector<std::string> known;
  const std::size_t equals = part.find('=');
  if (equals != std::string::npos) {
    for (const auto& factor : results.factors) known.push_back(factor.name);
    fail("{}", unknown_name("factor", trimmed(part.substr(0, equals)), known));
  }
  std::vector<Wanted> owners;
  for (const auto& factor : results.factors) {
    std::vector<Value> levels = named_levels(factor, part);
    if (!levels.empty()) owners.push_back({factor.name, std::move(levels)});
    add_names(known, factor);
  }
  if (owners.empty()) fail("{}", unknown_name("level", part, known));
  if (owners.size() > 1) {
    fail("{} is a level of {} and of {}: write {}={}", in_quotes(part), owners[0].factor,
         owners[1].factor, owners[0].factor, part);
  }
  return owners[0];
}

std::vector<Wanted> wanted_list(const SweepResults& results, std::string_view text) {
  std::vector<Wanted> wanted;
  for (const auto& part : parts_of(text)) wanted.push_back(wanted_of(results, part));
  if (wanted.empty()) fail("no cell is named: give levels such as factor=level,factor=level");
  return wanted;
}

bool fits(const CellResult& cell, const std::vector<Wanted>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Wanted& want) {
    const Value* level = cell.levels.find(want.factor);
    return level != nullptr &&
           std::find(want.levels.begin(), want.levels.end(), *level) != want.levels.end();
  });
}

// A cell's complete label, as reports show it.
std::optional<std::size_t> labelled(const CellLabels& labels, std::string_view text) {
  for (std::size_t i = 0; i < labels.cells.size(); ++i) {
    if (labels.cells[i].label == text) return i;
  }
  return std::nullopt;
}

// The factors that `text` names; of a complete label, all of that cell.
std::set<std::string> named_factors(const SweepResults& results, const CellLabels& labels,
                                    std::string_view text) {
  std::set<std::string> names;
  if (const auto cell = labelled(labels, text)) {
    for (const auto& [name, level] : results.cells[*cell].levels) names.insert(name);
  } else {
    for (const auto& want : wanted_list(results, text)) names.insert(want.factor);
  }
  return names;
}

// True where the cells agree on every factor that both have and none names.
bool agree(const CellResult& a, const CellResult& b, const std::set<std::string>& named) {
  return std::all_of(a.levels.begin(), a.levels.end(), [&](const auto& entry) {
    const Value* other = b.levels.find(entry.first);
    return named.count(entry.first) != 0 || other == nullptr || *other == entry.second;
  });
}

}  // namespace

std::vector<std::size_t> find_cells(const SweepResults& results, const CellLabels& labels,
                                    std::string_view text) {
  if (const auto cell = labelled(labels, text)) return {*cell};
  const auto wanted = wanted_list(results, text);
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    if (fits(results.cells[i], wanted)) cells.push_back(i);
  }
  if (cells.empty()) {
    fail("no cell of sweep {} has {}", in_quotes(results.sweep), in_quotes(text));
  }
  return cells;
}

std::optional<Parameters> levels_named(const SweepResults& plan, std::string_view text) {
  Parameters out;
  for (const Wanted& want : wanted_list(plan, text)) {
    if (want.levels.size() > 1 || out.find(want.factor) != nullptr) return std::nullopt;
    out.set(want.factor, want.levels[0]);
  }
  return out;
}

SweepResults rebased(const SweepResults& results, const CellLabels& labels, std::string_view a,
                     std::string_view b) {
  const auto left = find_cells(results, labels, a);
  const auto right = find_cells(results, labels, b);
  std::set<std::string> named = named_factors(results, labels, a);
  named.merge(named_factors(results, labels, b));
  SweepResults other = results;
  other.comparison.family.clear();  // they are a family of their own
  for (auto& cell : other.cells) {
    cell.baseline = -1;
    cell.is_baseline = false;
  }
  bool any = false;
  for (const std::size_t i : left) {
    for (const std::size_t j : right) {
      if (i == j || !agree(results.cells[i], results.cells[j], named)) continue;
      if (other.cells[i].baseline >= 0) {
        fail("{} can be compared with {} and with {}: name more levels", labels.cells[i].label,
             labels.cells[static_cast<std::size_t>(other.cells[i].baseline)].label,
             labels.cells[j].label);
      }
      other.cells[i].baseline = static_cast<int>(j);
      other.cells[j].is_baseline = true;
      any = true;
    }
  }
  if (!any) {
    fail("no cell with {} agrees with one with {} on the other factors", in_quotes(a),
         in_quotes(b));
  }
  return other;
}

}  // namespace polysweep
