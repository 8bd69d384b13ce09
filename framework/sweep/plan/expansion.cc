#include "framework/sweep/plan/expansion.h"

#include <algorithm>
#include <optional>

#include "framework/core/error_place.h"
#include "framework/core/utf8.h"
#include "framework/sweep/parameter_history.h"

namespace polysweep {

namespace {

constexpr int kReplicateRank = 0;
constexpr std::size_t kWordBits = 64;

void set_bit(ConditionBits& bits, std::size_t at) {
  const std::size_t word = at / kWordBits;
  if (bits.size() <= word) bits.resize(word + 1);
  bits[word] |= std::uint64_t{1} << (at % kWordBits);
}

// Nodes 0 ... n-1, each after those it needs, the lowest rank first. Empty if
// some need each other in a circle.
std::optional<std::vector<std::size_t>> sorted_nodes(
    const std::vector<std::vector<std::size_t>>& needs, const std::vector<int>& ranks) {
  std::vector<char> done(needs.size(), 0);
  std::vector<std::size_t> order;
  while (order.size() < needs.size()) {
    std::optional<std::size_t> next;
    for (std::size_t i = 0; i < needs.size(); ++i) {
      const bool ready = done[i] == 0 && std::all_of(needs[i].begin(), needs[i].end(),
                                                     [&](std::size_t j) { return done[j] != 0; });
      if (ready && (!next || ranks[i] < ranks[*next])) next = i;
    }
    if (!next) return std::nullopt;
    done[*next] = 1;
    order.push_back(*next);
  }
  return order;
}

}  // namespace

Expansion::Expansion(const Sweep& sweep) {
  make_slots(sweep);
  compile_conditions(sweep);
  make_steps(sweep);
  for (Step& step : steps_) order_within(sweep, step);
  order_steps(sweep);
  find_pending();
}

void Expansion::make_slots(const Sweep& sweep) {
  for (const ParameterSpec& spec : sweep.experiment.schema.specs()) {
    Slot slot;
    slot.name = spec.name;
    const Value* fixed = sweep.fixed.find(spec.name);
    slot.choices.push_back(fixed == nullptr ? spec.default_value : *fixed);
    if (const Factor* factor = sweep.find_factor(spec.name)) {
      slot.choices.insert(slot.choices.end(), factor->levels.begin(), factor->levels.end());
    }
    for (const Value& choice : slot.choices) {
      std::string piece;
      if (!choice.is_absent()) {
        append_json_text(piece, spec.name);
        piece += ':';
        choice.append_canonical(piece);
      }
      slot.pieces.push_back(std::move(piece));
      slot.is_default.push_back(choice == spec.default_value ? 1 : 0);
    }
    slot.identity_name = spec.was.empty() ? spec.name : spec.was;
    slot.since = spec.since;
    by_name_.push_back(slots_.size());
    slots_.push_back(std::move(slot));
  }
  std::sort(by_name_.begin(), by_name_.end(),
            [&](std::size_t a, std::size_t b) { return slots_[a].name < slots_[b].name; });
  for (const Factor& factor : sweep.factors) factor_slot_.push_back(slot_of(factor.name));
  version_ = sweep.experiment.version;
  if (!history_of(sweep.experiment.schema).empty()) {
    by_identity_ = by_name_;
    std::sort(by_identity_.begin(), by_identity_.end(), [&](std::size_t a, std::size_t b) {
      return slots_[a].identity_name < slots_[b].identity_name;
    });
  }
  if (!sweep.sample) return;
  for (std::size_t i = 0; i < sweep.sample->factors.size(); ++i) {
    slots_[slot_of(sweep.sample->factors[i])].at = sweep.sample->levels[i];
  }
}

void Expansion::compile_conditions(const Sweep& sweep) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const std::vector<Condition>& when = sweep.experiment.schema.specs()[i].when;
    if (!when.empty()) slots_[i].applies = compile(when);
  }
  for (std::size_t i = 0; i < sweep.factors.size(); ++i) {
    const std::vector<Condition>& when = sweep.factors[i].when;
    if (!when.empty()) slots_[factor_slot_[i]].varies = compile(when);
  }
  first_exclude_ = conjunctions_.size();
  exclude_count_ = sweep.excludes.size();
  where_count_ = sweep.wheres.size();
  data_count_ = sweep.experiment.data.size();
  for (const Selection& selection : sweep.excludes) compile(selection.conditions);
  for (const Selection& selection : sweep.wheres) compile(selection.conditions);
  for (const DataSpec& spec : sweep.experiment.data) compile(spec.when);
  const std::size_t words = (conjunctions_.size() + kWordBits - 1) / kWordBits;
  for (Slot& slot : slots_) {
    for (ConditionBits& bits : slot.fails) bits.resize(words);
  }
}

std::size_t Expansion::compile(const std::vector<Condition>& conditions) {
  const std::size_t bit = conjunctions_.size();
  Conjunction& made = conjunctions_.emplace_back();
  for (const Condition& condition : conditions) {
    const std::size_t index = slot_of(condition.parameter);
    made.slots.push_back(index);
    Slot& slot = slots_[index];
    slot.fails.resize(slot.choices.size() + 1);
    const auto holds = [&](const Value& value) {
      return std::find(condition.any_of.begin(), condition.any_of.end(), value) !=
             condition.any_of.end();
    };
    if (!holds(Value(Value::Absent()))) set_bit(slot.fails[0], bit);
    for (std::size_t i = 0; i < slot.choices.size(); ++i) {
      if (!holds(slot.choices[i])) set_bit(slot.fails[i + 1], bit);
    }
  }
  return bit;
}

// Parameters come as early as they can, so that they are settled least often;
// then the replicate, then the factors as in the file.
void Expansion::make_steps(const Sweep& sweep) {
  std::vector<char> taken(slots_.size(), 0);
  for (std::size_t i = 0; i < sweep.factors.size(); ++i) {
    const Factor& factor = sweep.factors[i];
    if (taken[factor_slot_[i]] != 0) continue;
    check(!factor.levels.empty() && factor.levels.size() <= kMaxLevels,
          "a factor has levels, and the number of each fits in 16 bits");
    Step step;
    step.levels = factor.levels.size();
    step.rank = factor.name == sweep.replicate ? kReplicateRank : static_cast<int>(i) + 1;
    step.slots = {factor_slot_[i]};
    for (const std::vector<std::string>& zip : sweep.zips) {
      if (std::find(zip.begin(), zip.end(), factor.name) == zip.end()) continue;
      step.slots.clear();
      for (const std::string& name : zip) step.slots.push_back(slot_of(name));
    }
    if (!slots_[step.slots[0]].at.empty()) {
      step.drawn = true;
      step.levels = sweep.sample->points();
      step.slots.clear();
      for (const std::string& name : sweep.sample->factors) step.slots.push_back(slot_of(name));
    }
    for (const std::size_t slot : step.slots) taken[slot] = 1;
    steps_.push_back(std::move(step));
  }
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (taken[slot] == 0) steps_.push_back({{slot}, 0, -1});
  }
}

void Expansion::order_within(const Sweep& sweep, Step& step) const {
  std::vector<std::vector<std::size_t>> needs(step.slots.size());
  for (std::size_t i = 0; i < step.slots.size(); ++i) {
    const std::size_t varies = slots_[step.slots[i]].varies;
    if (varies == kAlways) continue;
    for (const std::size_t slot : conjunctions_[varies].slots) {
      const auto other = std::find(step.slots.begin(), step.slots.end(), slot);
      if (other != step.slots.end()) {
        needs[i].push_back(static_cast<std::size_t>(other - step.slots.begin()));
      }
    }
  }
  const auto order = sorted_nodes(needs, std::vector<int>(needs.size(), 0));
  if (!order) {
    fail_at(sweep.places.at("factors"), "the conditions of zipped factors form a circle");
  }
  std::vector<std::size_t> slots;
  for (const std::size_t i : *order) slots.push_back(step.slots[i]);
  step.slots = std::move(slots);
}

// The steps that each step needs before it.
Expansion::Edges Expansion::edges() const {
  std::vector<std::size_t> step_of(slots_.size(), 0);
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const std::size_t slot : steps_[i].slots) step_of[slot] = i;
  }
  Edges needs(steps_.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    for (const std::size_t slot : steps_[i].slots) {
      for (const std::size_t conjunction : {slots_[slot].applies, slots_[slot].varies}) {
        if (conjunction == kAlways) continue;
        for (const std::size_t asked : conjunctions_[conjunction].slots) {
          if (step_of[asked] != i) needs[i].push_back(step_of[asked]);
        }
      }
    }
  }
  return needs;
}

void Expansion::order_steps(const Sweep& sweep) {
  std::vector<int> ranks;
  for (const Step& step : steps_) ranks.push_back(step.rank);
  const auto order = sorted_nodes(edges(), ranks);
  if (!order) {
    fail_at(sweep.places.at("factors"),
            "the conditions (when) of the factors form a circle; a factor cannot depend on one "
            "that depends on it");
  }
  std::vector<Step> steps;
  for (const std::size_t i : *order) steps.push_back(std::move(steps_[i]));
  steps_ = std::move(steps);
}

void Expansion::find_pending() {
  const std::size_t words = (conjunctions_.size() + kWordBits - 1) / kWordBits;
  ConditionBits pending(words);
  for (std::size_t i = 0; i < exclude_count_ + where_count_; ++i) {
    set_bit(pending, first_exclude_ + i);
  }
  pending_.assign(steps_.size() + 1, pending);
  for (std::size_t at = steps_.size(); at > 0; --at) {
    for (const std::size_t slot : steps_[at - 1].slots) {
      for (const std::size_t conjunction : {slots_[slot].applies, slots_[slot].varies}) {
        if (conjunction != kAlways) set_bit(pending, conjunction);
      }
    }
    pending_[at - 1] = pending;
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

bool Expansion::is_given(const Slot& slot, std::int32_t chosen) {
  return chosen >= 0 && !slot.pieces[static_cast<std::size_t>(chosen)].empty();
}

bool Expansion::is_open(const ConditionBits& open, std::size_t conjunction) const {
  if (conjunction == kAlways) return true;
  return (open[conjunction / kWordBits] >> (conjunction % kWordBits) & 1) != 0;
}

bool Expansion::excluded_by(const ConditionBits& open, std::size_t i) const {
  return is_open(open, first_exclude_ + i);
}

bool Expansion::selected_by(const ConditionBits& open, std::size_t i) const {
  return is_open(open, first_exclude_ + exclude_count_ + i);
}

bool Expansion::reads(const ConditionBits& open, std::size_t i) const {
  return is_open(open, first_exclude_ + exclude_count_ + where_count_ + i);
}

Combination Expansion::start() const {
  const std::size_t words = (conjunctions_.size() + kWordBits - 1) / kWordBits;
  return {std::vector<std::int32_t>(slots_.size(), -1), ConditionBits(words, ~std::uint64_t{0})};
}

bool Expansion::settle(std::size_t at, std::size_t level, Combination& combination) const {
  check(at < steps_.size(), "the expansion has the step");
  const Step& step = steps_[at];
  if (step.drawn) combination.point = static_cast<std::uint16_t>(level);
  bool varies = false;
  for (const std::size_t index : step.slots) {
    const std::vector<std::uint16_t>& points = slots_[index].at;
    const std::size_t own = points.empty() ? level : points[level];
    varies |= settle_slot(index, step.levels > 0, own, combination);
  }
  return varies;
}

bool Expansion::settle_slot(std::size_t index, bool is_factor, std::size_t level,
                            Combination& combination) const {
  const Slot& slot = slots_[index];
  std::int32_t& chosen = combination.chosen[index];
  bool varies = false;
  if (!is_open(combination.open, slot.applies)) {
    chosen = -1;
  } else if (is_factor && is_open(combination.open, slot.varies)) {
    chosen = static_cast<std::int32_t>(level) + 1;
    varies = true;
  } else {
    chosen = 0;
  }
  if (slot.fails.empty()) return varies;
  const ConditionBits& fails = slot.fails[static_cast<std::size_t>(chosen + 1)];
  for (std::size_t i = 0; i < fails.size(); ++i) combination.open[i] &= ~fails[i];
  return varies;
}

void Expansion::keep_pending(std::size_t at, ConditionBits& open) const {
  for (std::size_t i = 0; i < open.size(); ++i) open[i] &= pending_[at][i];
}

Combination Expansion::combination(std::span<const std::uint16_t> levels) const {
  check(levels.size() == factor_slot_.size(), "a combination has a level for each factor");
  std::vector<std::uint16_t> level_of(slots_.size(), 0);
  for (std::size_t i = 0; i < levels.size(); ++i) level_of[factor_slot_[i]] = levels[i];
  Combination out = start();
  for (const Step& step : steps_) {
    for (const std::size_t slot : step.slots) {
      settle_slot(slot, step.levels > 0, level_of[slot] > 0 ? level_of[slot] - 1U : 0, out);
    }
  }
  return out;
}

std::uint16_t Expansion::level(const Combination& combination, std::size_t factor) const {
  check(factor < factor_slot_.size(), "the sweep has the factor");
  return static_cast<std::uint16_t>(std::max(0, combination.chosen[factor_slot_[factor]]));
}

bool Expansion::present(const Combination& combination, std::string_view parameter) const {
  const std::size_t slot = slot_of(parameter);
  return is_given(slots_[slot], combination.chosen[slot]);
}

Parameters Expansion::parameters(const Combination& combination) const {
  Parameters out;
  for (const std::size_t slot : by_name_) {
    const std::int32_t chosen = combination.chosen[slot];
    if (!is_given(slots_[slot], chosen)) continue;
    out.set(slots_[slot].name, slots_[slot].choices[static_cast<std::size_t>(chosen)]);
  }
  return out;
}

// Back to the version before those that only added parameters which have their default here.
int Expansion::identity_version(const Combination& combination) const {
  int version = version_;
  while (!by_identity_.empty() && version > 1) {
    bool any = false;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].since != version) continue;
      any = true;
      const std::int32_t chosen = combination.chosen[i];
      if (chosen >= 0 && slots_[i].is_default[static_cast<std::size_t>(chosen)] == 0) {
        return version;
      }
    }
    if (!any) return version;  // it was raised for another reason
    --version;
  }
  return version;
}

int Expansion::append_identity(const Combination& combination, std::string& out) const {
  if (by_identity_.empty()) {
    append_canonical(combination, out);
    return version_;
  }
  const int version = identity_version(combination);
  char separator = '{';
  for (const std::size_t slot : by_identity_) {
    const std::int32_t chosen = combination.chosen[slot];
    if (chosen < 0 || slots_[slot].since > version) continue;
    const Value& value = slots_[slot].choices[static_cast<std::size_t>(chosen)];
    if (value.is_absent()) continue;
    out += separator;
    append_json_text(out, slots_[slot].identity_name);
    out += ':';
    value.append_canonical(out);
    separator = ',';
  }
  if (separator == '{') out += separator;
  out += '}';
  return version;
}

void Expansion::append_canonical(const Combination& combination, std::string& out) const {
  char separator = '{';
  for (const std::size_t slot : by_name_) {
    const std::int32_t chosen = combination.chosen[slot];
    if (!is_given(slots_[slot], chosen)) continue;
    out += separator;
    out += slots_[slot].pieces[static_cast<std::size_t>(chosen)];
    separator = ',';
  }
  if (separator == '{') out += separator;
  out += '}';
}

}  // namespace polysweep
