#include "reports/analysis/cell_labels.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

#include "framework/core/error.h"
#include "reports/analysis/search_space.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestLevel = 60;

// Of results that have only chosen cells, labels are those of the complete sweep.
bool applies_everywhere(const SweepResults& results, const FactorInfo& factor) {
  return !factor.partial &&
         std::all_of(results.cells.begin(), results.cells.end(), [&](const CellResult& cell) {
           return cell.levels.find(factor.name) != nullptr;
         });
}

std::string colour_factor_of(const SweepResults& results) {
  for (const auto& factor : results.factors) {
    if (results.baseline.find(factor.name) != nullptr) return factor.name;
  }
  for (const auto& factor : results.factors) {
    if (!is_sampled(factor)) return factor.name;
  }
  return results.factors.empty() ? "" : results.factors.front().name;
}

std::vector<std::string> contexts_of(const SweepResults& results,
                                     const std::string& colour_factor) {
  std::vector<std::string> names;
  for (const auto& factor : results.factors) {
    // Without a baseline nothing is compared at equal drawn levels.
    const bool of_name =
        factor.name == colour_factor || (is_sampled(factor) && results.baseline.empty()) ||
        results.baseline.find(factor.name) != nullptr || !applies_everywhere(results, factor);
    if (!of_name) names.push_back(factor.name);
  }
  return names;
}

bool is_context_factor(const CellLabels& labels, const std::string& factor) {
  return std::find(labels.context_factors.begin(), labels.context_factors.end(), factor) !=
         labels.context_factors.end();
}

// A word among numbers (order "full") needs its factor's name.
bool is_bare(const CellLabels& labels, const FactorInfo& factor) {
  return factor.name == labels.colour_factor || factor.levels.empty() ||
         factor.levels.front().type() == ValueType::kText;
}

std::string text_in_label(const CellLabels& labels, const std::string& factor, bool bare,
                          const Value& level) {
  return bare ? labels.level_text(factor, level)
              : shortened(factor + " " + labels.levels.at(factor).of(level), kLongestLevel);
}

struct ValueHash {
  std::size_t operator()(const Value& value) const {
    switch (value.type()) {
      case ValueType::kBoolean:
        return value.boolean() ? 1 : 0;
      case ValueType::kInteger:
        return std::hash<std::int64_t>()(value.integer());
      case ValueType::kReal:
        return std::hash<double>()(value.real());
      case ValueType::kText:
      case ValueType::kStructured:
      case ValueType::kAbsent:
        break;
    }
    return std::hash<std::string>()(value.display());
  }
};

// The levels of one factor as labels show them, each looked up in constant time.
class LevelTexts {
 public:
  LevelTexts(const FactorInfo& factor, const CellLabels& labels, const Value* baseline)
      : labels_(labels),
        name_(factor.name),
        of_context_(is_context_factor(labels, factor.name)),
        bare_(is_bare(labels, factor)),
        baseline_(baseline) {
    for (const auto& level : factor.levels) {
      levels_.try_emplace(level, Level{text_of(level), count_});
      if (baseline == nullptr || !(level == *baseline)) ++count_;
    }
  }

  const std::string& factor() const { return name_; }
  bool of_context() const { return of_context_; }

  std::string text(const Value& level) const {
    const auto known = levels_.find(level);
    return known == levels_.end() ? text_of(level) : known->second.text;
  }

  CellStyle style(const Value* level) const {
    if (level == nullptr) return numbered_style(0);
    if (baseline_ != nullptr && *baseline_ == *level) return {};
    const auto known = levels_.find(*level);
    return numbered_style(known == levels_.end() ? count_ : known->second.index);
  }

 private:
  struct Level {
    std::string text;
    std::size_t index = 0;  // the baseline's level not counted
  };

  std::string text_of(const Value& level) const {
    return text_in_label(labels_, name_, bare_, level);
  }

  const CellLabels& labels_;
  std::string name_;
  bool of_context_;
  bool bare_;
  const Value* baseline_;
  std::size_t count_ = 0;
  std::unordered_map<Value, Level, ValueHash> levels_;
};

LabelParts parts_of(const CellResult& cell, const std::vector<LevelTexts>& factors,
                    const std::string& without) {
  LabelParts parts;
  for (const auto& factor : factors) {
    const Value* level = cell.levels.find(factor.factor());
    if (level == nullptr || factor.factor() == without) continue;
    append_item(factor.of_context() ? parts.context : parts.name, factor.text(*level));
  }
  return parts;
}

std::vector<LevelTexts> level_texts(const SweepResults& results, const CellLabels& labels) {
  std::vector<LevelTexts> factors;
  for (const auto& factor : results.factors) {
    factors.emplace_back(factor, labels, results.baseline.find(factor.name));
  }
  return factors;
}

// Shortened levels may collide; such labels get the number of their cell.
void make_unique(const SweepResults& results, CellLabels& labels) {
  std::unordered_map<std::string_view, std::size_t> uses;
  for (const auto& cell : labels.cells) ++uses[cell.label];
  if (uses.size() == labels.cells.size()) return;
  std::vector<bool> collides;
  for (const auto& cell : labels.cells) collides.push_back(uses[cell.label] > 1);
  for (std::size_t i = 0; i < labels.cells.size(); ++i) {
    if (!collides[i]) continue;
    const std::string number = " (cell " + std::to_string(results.cells[i].number) + ")";
    labels.cells[i].label += number;
    labels.cells[i].name += number;
  }
}

}  // namespace

const std::string& CellLabels::context(std::size_t cell) const {
  return contexts.at(cells.at(cell).context_index);
}

std::string CellLabels::level(const std::string& factor, const Value& value,
                              std::size_t most) const {
  return shortened(levels.at(factor).of(value), most);
}

std::string CellLabels::level_text(const std::string& factor, const Value& value) const {
  const std::string shown = level(factor, value);
  return value.type() == ValueType::kText && !shown.empty()
             ? shown
             : shortened(factor, kLongestLevel) + " " + (shown.empty() ? "\"\"" : shown);
}

LabelParts label_parts(const SweepResults& results, const CellLabels& labels, std::size_t cell,
                       const std::string& without) {
  LabelParts parts;
  for (const auto& factor : results.factors) {
    const Value* level = results.cells.at(cell).levels.find(factor.name);
    if (level == nullptr || factor.name == without) continue;
    append_item(is_context_factor(labels, factor.name) ? parts.context : parts.name,
                text_in_label(labels, factor.name, is_bare(labels, factor), *level));
  }
  return parts;
}

CellLabels cell_labels(const SweepResults& results) {
  CellLabels labels;
  labels.colour_factor = colour_factor_of(results);
  labels.context_factors = contexts_of(results, labels.colour_factor);
  for (const auto& factor : results.factors) labels.levels.emplace(factor.name, factor.levels);
  const std::vector<LevelTexts> factors = level_texts(results, labels);
  const auto colour = std::find_if(factors.begin(), factors.end(), [&](const LevelTexts& each) {
    return each.factor() == labels.colour_factor;
  });
  std::unordered_map<std::string, std::size_t> contexts;
  std::map<std::pair<int, std::size_t>, int> dashes;
  labels.cells.reserve(results.cells.size());
  for (const CellResult& source : results.cells) {
    LabelParts parts = parts_of(source, factors, "");
    CellLabels::Cell cell;
    if (parts.name.empty() && parts.context.empty()) parts.name = "the only cell";
    cell.label = parts.name;
    if (!parts.context.empty()) append_item(cell.label, parts.context);
    cell.name = std::move(parts.name);
    const auto [context, is_new] = contexts.try_emplace(parts.context, contexts.size());
    if (is_new) labels.contexts.push_back(parts.context);
    cell.context_index = context->second;
    const Value* level = source.levels.find(labels.colour_factor);
    cell.style = colour == factors.end() ? numbered_style(0) : colour->style(level);
    cell.style.dash = 1 + dashes[{cell.style.colour, cell.context_index}]++ % kDashCount;
    labels.cells.push_back(std::move(cell));
  }
  make_unique(results, labels);
  check(labels.cells.size() == results.cells.size(), "every cell has a label");
  return labels;
}

}  // namespace polysweep
