#include "reports/analysis/arms.h"

#include <algorithm>
#include <map>

#include "reports/analysis/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestLevel = 60;

bool applies_everywhere(const SweepResults& results, const std::string& factor) {
  return std::all_of(results.cells.begin(), results.cells.end(),
                     [&](const CellResult& cell) { return cell.levels.find(factor) != nullptr; });
}

std::string colour_factor_of(const SweepResults& results) {
  for (const auto& factor : results.factors) {
    if (results.baseline.find(factor.name) != nullptr) return factor.name;
  }
  return results.factors.empty() ? "" : results.factors.front().name;
}

std::vector<std::string> contexts_of(const SweepResults& results,
                                     const std::string& colour_factor) {
  std::vector<std::string> names;
  for (const auto& factor : results.factors) {
    const bool of_arm = factor.name == colour_factor ||
                        results.baseline.find(factor.name) != nullptr ||
                        !applies_everywhere(results, factor.name);
    if (!of_arm) names.push_back(factor.name);
  }
  return names;
}

void append(std::string& list, const std::string& word) {
  if (!list.empty()) list += ", ";
  list += word;
}

ArmStyle style_of(const SweepResults& results, const std::string& factor_name, const Value* level) {
  if (level == nullptr) return numbered_style(0);
  const Value* base = results.baseline.find(factor_name);
  if (base != nullptr && *base == *level) return {};
  std::size_t index = 0;
  for (const auto& factor : results.factors) {
    if (factor.name != factor_name) continue;
    for (const auto& known : factor.levels) {
      if (known == *level) break;
      if (base == nullptr || !(known == *base)) ++index;
    }
  }
  return numbered_style(index);
}

// Shortened levels may collide; a label then gets the number of its cell.
void make_unique(Arms& arms) {
  std::map<std::string, int> uses;
  for (const auto& cell : arms.cells) ++uses[cell.label];
  for (std::size_t i = 0; i < arms.cells.size(); ++i) {
    auto& cell = arms.cells[i];
    if (uses[cell.label] < 2) continue;
    cell.label += " (cell " + std::to_string(i) + ")";
    cell.arm += " (cell " + std::to_string(i) + ")";
  }
}

}  // namespace

std::string level_text(const std::string& factor, const Value& value) {
  const std::string level = shortened(value.display(), kLongestLevel);
  return value.type() == ValueType::kText && !level.empty()
             ? level
             : shortened(factor, kLongestLevel) + " " + (level.empty() ? "\"\"" : level);
}

ArmStyle numbered_style(std::size_t index) {
  constexpr std::size_t kColours = kArmColourCount - 1;
  constexpr std::size_t kShapes = kArmShapeCount - 1;
  return {static_cast<int>(1 + index % kColours),
          static_cast<int>(1 + (index + index / kColours) % kShapes), 1};
}

ArmNames arm_names(const SweepResults& results, const Arms& arms, std::size_t cell,
                   const std::string& without) {
  ArmNames names;
  for (const auto& factor : results.factors) {
    const Value* level = results.cells.at(cell).levels.find(factor.name);
    if (level == nullptr || factor.name == without) continue;
    // A word among numbers (order "full") needs its factor's name.
    const bool bare = factor.name == arms.colour_factor || factor.levels.empty() ||
                      factor.levels.front().type() == ValueType::kText;
    const std::string text = bare ? level_text(factor.name, *level)
                                  : shortened(factor.name + " " + level->display(), kLongestLevel);
    const bool of_context = std::find(arms.context_factors.begin(), arms.context_factors.end(),
                                      factor.name) != arms.context_factors.end();
    append(of_context ? names.context : names.arm, text);
  }
  return names;
}

Arms arms_of(const SweepResults& results) {
  Arms arms;
  arms.colour_factor = colour_factor_of(results);
  arms.context_factors = contexts_of(results, arms.colour_factor);
  std::map<std::pair<int, std::size_t>, int> dashes;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    ArmNames names = arm_names(results, arms, i, "");
    Arms::Cell cell;
    cell.arm = std::move(names.arm);
    cell.context = std::move(names.context);
    if (cell.arm.empty() && cell.context.empty()) cell.arm = "the only cell";
    cell.label = cell.arm;
    if (!cell.context.empty()) append(cell.label, cell.context);
    const auto known = std::find(arms.contexts.begin(), arms.contexts.end(), cell.context);
    cell.context_index = static_cast<std::size_t>(known - arms.contexts.begin());
    if (known == arms.contexts.end()) arms.contexts.push_back(cell.context);
    const Value* level = results.cells[i].levels.find(arms.colour_factor);
    cell.style = style_of(results, arms.colour_factor, level);
    cell.style.dash = 1 + dashes[{cell.style.colour, cell.context_index}]++ % kDashCount;
    arms.cells.push_back(std::move(cell));
  }
  make_unique(arms);
  return arms;
}

}  // namespace polysweep
