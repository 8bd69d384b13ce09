#include "framework/sweep/plan/plan_selection.h"

#include <algorithm>
#include <numeric>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

namespace {

constexpr std::size_t kListedLevels = 12;

std::string level_list(const std::vector<Value>& levels) {
  std::string out;
  for (std::size_t i = 0; i < levels.size() && i < kListedLevels; ++i) {
    out += (i == 0 ? "" : ", ") + levels[i].display();
  }
  return levels.size() > kListedLevels ? out + ", ..." : out;
}

// Why a sweep does not have the value; "": it has it.
std::string why_not_level(const Factor& factor, const Override& given) {
  for (const Value& value : given.values) {
    if (std::find(factor.levels.begin(), factor.levels.end(), value) != factor.levels.end()) {
      continue;
    }
    return fmt::format("override {}: {} is not a level of factor '{}', whose levels are {}",
                       in_quotes(given.word), value.display(), factor.name,
                       level_list(factor.levels));
  }
  return "";
}

std::string why_not_value(const Sweep& sweep, const Override& given) {
  const Value* fixed = sweep.fixed.find(given.name);
  const Value& value =
      fixed != nullptr ? *fixed : sweep.experiment.schema.at(given.name).default_value;
  if (given.values.size() == 1 && given.values[0] == value) return "";
  return fmt::format("override {}: '{}' does not vary in the sweep, where it is {}{}",
                     in_quotes(given.word), given.name, value.display(),
                     fixed != nullptr ? "" : " by default");
}

// Which levels of a factor are chosen, by index.
struct Choice {
  std::string factor;
  std::vector<bool> levels;

  Choice(const Factor& from, const Override& given)
      : factor(from.name), levels(from.levels.size()) {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      levels[i] =
          std::find(given.values.begin(), given.values.end(), from.levels[i]) != given.values.end();
    }
  }
};

}  // namespace

PlanSelection select_trials(const Plan& plan, const std::vector<Override>& overrides) {
  const Sweep& sweep = plan.sweep();
  PlanSelection out;
  std::vector<Choice> choices;
  for (const Override& given : overrides) {
    const bool again = std::any_of(overrides.data(), &given, [&](const Override& earlier) {
      return earlier.name == given.name;
    });
    if (again) {
      fail("override {}: parameter '{}' is overridden twice", in_quotes(given.word), given.name);
    }
    out.words.push_back(given.word);
    const Factor* factor = sweep.find_factor(given.name);
    const std::string why =
        factor != nullptr ? why_not_level(*factor, given) : why_not_value(sweep, given);
    if (out.outside.empty()) out.outside = why;
    if (factor != nullptr) choices.emplace_back(*factor, given);
  }
  if (!out.outside.empty()) return out;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const bool chosen = std::all_of(choices.begin(), choices.end(), [&](const Choice& choice) {
      const std::size_t level = plan.level(i, choice.factor);
      return level == Plan::kAbsent || choice.levels[level];
    });
    if (chosen) out.trials.push_back(static_cast<std::uint32_t>(i));
  }
  if (out.trials.empty()) {
    std::string words;
    for (const std::string& word : out.words) words += " " + word;
    fail("no trial of sweep '{}' has these levels together:{}", sweep.name, words);
  }
  return out;
}

}  // namespace polysweep
