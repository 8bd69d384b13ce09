#include "framework/sweep/plan/expansion.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "framework/core/error_place.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

constexpr std::uint64_t kSaturated = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kMaxCounted = 1'000'000;
constexpr int kReplicateRank = 0;

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out = 0;
  return __builtin_mul_overflow(a, b, &out) ? kSaturated : out;
}

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  std::uint64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? kSaturated : out;
}

// Of nodes 0 ... n-1 each after those it depends on, the lowest rank first.
// Empty where some depend on each other in a circle.
std::vector<std::size_t> sorted_nodes(const std::vector<std::vector<std::size_t>>& needs,
                                      const std::vector<int>& ranks) {
  std::vector<char> done(needs.size(), 0);
  std::vector<std::size_t> order;
  while (order.size() < needs.size()) {
    std::optional<std::size_t> next;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      const bool ready = done[i] == 0 && std::all_of(needs[i].begin(), needs[i].end(),
                                                     [&](std::size_t j) { return done[j] != 0; });
      if (ready && (!next || ranks[i] < ranks[*next])) next = i;
    }
    if (!next) return {};
    done[*next] = 1;
    order.push_back(*next);
  }
  return order;
}

}  // namespace

Expansion::Expansion(const Sweep& sweep) : sweep_(sweep) {
  make_slots();
  make_steps();
  for (Step& step : steps_) order_within(step);
  order_steps(edges());
  find_relevant();
  chosen_.assign(slots_.size(), -1);
}

void Expansion::make_slots() {
  for (const ParameterSpec& spec : sweep_.experiment.schema.specs()) {
    Slot slot;
    slot.name = spec.name;
    const Value* fixed = sweep_.fixed.find(spec.name);
    slot.choices.push_back(fixed == nullptr ? spec.default_value : *fixed);
    if (const Factor* factor = sweep_.find_factor(spec.name)) {
      slot.choices.insert(slot.choices.end(), factor->levels.begin(), factor->levels.end());
    }
    for (const Value& choice : slot.choices) {
      std::string piece;
      append_json_text(piece, spec.name);
      piece += ':';
      choice.append_canonical(piece);
      slot.pieces.push_back(std::move(piece));
    }
    by_name_.push_back(slots_.size());
    slots_.push_back(std::move(slot));
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [&](std::size_t a, std::size_t b) { return slots_[a].name < slots_[b].name; });
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].applies = compile(sweep_.experiment.schema.specs()[i].when);
  }
  for (const Factor& factor : sweep_.factors) {
    factor_slot_.push_back(slot_of(factor.name));
    slots_[factor_slot_.back()].varies = compile(factor.when);
  }
}

// Parameters come as early as they can, so that they are settled least often;
// then the replicate, then the factors as in the file.
void Expansion::make_steps() {
  std::vector<char> taken(slots_.size(), 0);
  for (std::size_t i = 0; i < sweep_.factors.size(); ++i) {
    const Factor& factor = sweep_.factors[i];
    if (taken[factor_slot_[i]] != 0) continue;
    Step step;
    step.levels = factor.levels.size();
    step.rank = factor.name == sweep_.replicate ? kReplicateRank : static_cast<int>(i) + 1;
    step.slots = {factor_slot_[i]};
    for (const std::vector<std::string>& zip : sweep_.zips) {
      if (std::find(zip.begin(), zip.end(), factor.name) == zip.end()) continue;
      step.slots.clear();
      for (const std::string& name : zip) step.slots.push_back(slot_of(name));
    }
    for (const std::size_t slot : step.slots) taken[slot] = 1;
    steps_.push_back(std::move(step));
  }
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (taken[slot] == 0) steps_.push_back({{slot}, 0, -1});
  }
}

void Expansion::order_within(Step& step) const {
  std::vector<std::vector<std::size_t>> needs(step.slots.size());
  for (std::size_t i = 0; i < step.slots.size(); ++i) {
    for (const Test& test : slots_[step.slots[i]].varies) {
      const auto other = std::find(step.slots.begin(), step.slots.end(), test.slot);
      if (other != step.slots.end()) {
        needs[i].push_back(static_cast<std::size_t>(other - step.slots.begin()));
      }
    }
  }
  const std::vector<std::size_t> order = sorted_nodes(needs, std::vector<int>(needs.size(), 0));
  if (order.empty()) {
    fail_at(sweep_.places.at("factors"), "the conditions of zipped factors form a circle");
  }
  std::vector<std::size_t> slots;
  for (const std::size_t i : order) slots.push_back(step.slots[i]);
  step.slots = std::move(slots);
}

// Which steps each step needs before it.
Expansion::Edges Expansion::edges() const {
  std::vector<std::size_t> step_of(slots_.size(), 0);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const std::size_t slot : steps_[i].slots) step_of[slot] = i;
  }
  Edges needs(steps_.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const std::size_t slot : steps_[i].slots) {
      for (const Tests* tests : {&slots_[slot].applies, &slots_[slot].varies}) {
        for (const Test& test : *tests) {
          if (step_of[test.slot] != i) needs[i].push_back(step_of[test.slot]);
        }
      }
    }
  }
  return needs;
}

void Expansion::order_steps(const Edges& edges) {
  std::vector<int> ranks;
  for (const Step& step : steps_) ranks.push_back(step.rank);
  const std::vector<std::size_t> order = sorted_nodes(edges, ranks);
  if (order.empty()) {
    fail_at(sweep_.places.at("factors"),
            "the conditions (when) of the factors form a circle; a factor cannot depend on "
            "one that depends on it");
  }
  std::vector<Step> steps;
  for (const std::size_t i : order) steps.push_back(std::move(steps_[i]));
  steps_ = std::move(steps);
}

void Expansion::find_relevant() {
  relevant_.resize(steps_.size());
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    std::vector<char> before(slots_.size(), 0);
    for (std::size_t i = 0; i < at; ++i) {
      for (const std::size_t slot : steps_[i].slots) before[slot] = 1;
    }
    std::vector<char> asked(slots_.size(), 0);
    for (std::size_t i = at; i < steps_.size(); ++i) {
      for (const std::size_t slot : steps_[i].slots) {
        for (const Test& test : slots_[slot].applies) asked[test.slot] = before[test.slot];
        for (const Test& test : slots_[slot].varies) asked[test.slot] = before[test.slot];
      }
    }
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (asked[slot] != 0) relevant_[at].push_back(slot);
    }
  }
}

std::size_t Expansion::slot_of(std::string_view parameter) const {
  const auto found = std::lower_bound(
      by_name_.begin(), by_name_.end(), parameter,
      [&](std::size_t slot, std::string_view name) { return slots_[slot].name < name; });
  check(found != by_name_.end() && slots_[*found].name == parameter,
        "the schema has the parameter");
  return *found;
}

Expansion::Tests Expansion::compile(const std::vector<Condition>& conditions) const {
  Tests tests;
  for (const Condition& condition : conditions) {
    Test test{slot_of(condition.parameter), {}};
    for (const Value& choice : slots_[test.slot].choices) {
      test.allowed.push_back(std::find(condition.any_of.begin(), condition.any_of.end(), choice) !=
                             condition.any_of.end());
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

bool Expansion::holds(const Tests& tests) const {
  for (const Test& test : tests) {
    const std::int32_t choice = chosen_[test.slot];
    if (choice < 0 || test.allowed[static_cast<std::size_t>(choice)] == 0) return false;
  }
  return true;
}

std::uint16_t Expansion::level(std::size_t factor) const {
  return static_cast<std::uint16_t>(std::max(0, chosen_[factor_slot_[factor]]));
}

void Expansion::append_canonical(std::string& out) const {
  char separator = '{';
  for (const std::size_t slot : by_name_) {
    if (chosen_[slot] < 0) continue;
    out += separator;
    out += slots_[slot].pieces[static_cast<std::size_t>(chosen_[slot])];
    separator = ',';
  }
  if (separator == '{') out += separator;
  out += '}';
}

// Whether any slot of the step varies.
bool Expansion::choose(const Step& step, std::size_t level) {
  bool varies = false;
  for (const std::size_t slot : step.slots) {
    if (!holds(slots_[slot].applies)) {
      chosen_[slot] = -1;
    } else if (step.levels > 0 && holds(slots_[slot].varies)) {
      chosen_[slot] = static_cast<std::int32_t>(level) + 1;
      varies = true;
    } else {
      chosen_[slot] = 0;
    }
  }
  return varies;
}

void Expansion::walk(std::size_t at, const std::function<void()>& visit) {
  if (at == steps_.size()) {
    visit();
    return;
  }
  const Step& step = steps_[at];
  bool seen_without = false;
  for (std::size_t level = 0; level < std::max<std::size_t>(step.levels, 1); ++level) {
    if (!choose(step, level)) {
      if (seen_without) continue;
      seen_without = true;
    }
    walk(at + 1, visit);
    if (seen_without && step.slots.size() == 1) return;
  }
}

void Expansion::for_each(const std::function<void()>& visit) { walk(0, visit); }

std::uint64_t Expansion::count() {
  counted_.clear();
  return count_from(0);
}

std::uint64_t Expansion::count_from(std::size_t at) {
  if (at == steps_.size()) return 1;
  std::vector<std::int32_t> key = {static_cast<std::int32_t>(at)};
  for (const std::size_t slot : relevant_[at]) key.push_back(chosen_[slot]);
  if (const auto known = counted_.find(key); known != counted_.end()) return known->second;
  std::uint64_t total = counted_.size() < kMaxCounted ? 0 : 1;
  if (total == 1) {
    for (std::size_t i = at; i < steps_.size(); ++i) {
      total = product(total, std::max<std::size_t>(steps_[i].levels, 1));
    }
    return total;
  }
  const Step& step = steps_[at];
  bool seen_without = false;
  for (std::size_t level = 0; level < std::max<std::size_t>(step.levels, 1); ++level) {
    if (!choose(step, level)) {
      if (seen_without) continue;
      seen_without = true;
    }
    total = sum(total, count_from(at + 1));
    if (seen_without && step.slots.size() == 1) break;
  }
  counted_.emplace(std::move(key), total);
  return total;
}

}  // namespace polysweep
