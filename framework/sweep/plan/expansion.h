// A sweep compiled for planning: a parameter is a slot, its value is a number,
// and each list of conditions is one bit.
//
// A combination is made step by step. Its bit for a list of conditions is set
// as long as none of them has failed, so that a prefix of a combination already
// shows which conditions can still hold.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/sweep.h"

namespace polysweep {

// Bits of condition lists, 64 to a word.
using ConditionBits = std::vector<std::uint64_t>;

// A combination of levels, complete or the beginning of one.
struct Combination {
  std::vector<std::int32_t> chosen;  // per slot: a choice; -1: the parameter is absent
  ConditionBits open;                // the condition lists that have not failed
  std::uint16_t point = 0;           // of the factors that are drawn together
};

// Immutable; independent of the sweep it was made from.
class Expansion {
 public:
  // Slots that move together: a parameter, a factor, the factors of a zip, or those that
  // are drawn together.
  struct Step {
    std::vector<std::size_t> slots;
    std::size_t levels = 0;  // of a zip and of each of its factors; points; 0: not a factor
    int rank = 0;            // of the steps that can come next, the lowest rank does
    bool drawn = false;      // together: its levels are points
  };

  // Throws Error with the place where conditions form a circle.
  explicit Expansion(const Sweep& sweep);

  const std::vector<Step>& steps() const { return steps_; }
  std::size_t exclude_count() const { return exclude_count_; }
  std::size_t where_count() const { return where_count_; }
  std::size_t data_count() const { return data_count_; }

  Combination start() const;
  // Settles the slots of steps()[at]; all earlier steps are settled. Returns
  // whether any of its factors varies, that is, whether `level` matters.
  bool settle(std::size_t at, std::size_t level, Combination& combination) const;
  // What the steps from `at` on depend on: the bits of their conditions, of the
  // excludes and of the wheres. All other bits of `open` are cleared.
  void keep_pending(std::size_t at, ConditionBits& open) const;

  // Of a complete combination: whether all conditions of the i-th exclude,
  // where, or data specification hold.
  bool excluded_by(const ConditionBits& open, std::size_t i) const;
  bool selected_by(const ConditionBits& open, std::size_t i) const;
  bool reads(const ConditionBits& open, std::size_t i) const;

  // The complete combination with these levels, one per factor: 0 where it does
  // not apply, else its level + 1.
  Combination combination(std::span<const std::uint16_t> levels) const;
  // The inverse, per factor.
  std::uint16_t level(const Combination& combination, std::size_t factor) const;
  bool present(const Combination& combination, std::string_view parameter) const;
  Parameters parameters(const Combination& combination) const;
  // parameters().canonical().
  void append_canonical(const Combination& combination, std::string& out) const;
  // The same as the identity of the trial has them (parameter_history.h): by their earlier
  // names, without those that a later version added and that have their default. Returns
  // the version of the experiment in the identity.
  int append_identity(const Combination& combination, std::string& out) const;
  // That version.
  int identity_version(const Combination& combination) const;

 private:
  // A list of conditions on slots. Its index is that of its bit.
  struct Conjunction {
    std::vector<std::size_t> slots;
  };
  static constexpr std::size_t kAlways = static_cast<std::size_t>(-1);

  // A parameter of the schema. Its choices: 0 is the fixed value or the
  // default, 1, 2, ... are the levels of its factor.
  struct Slot {
    std::string name;
    std::vector<Value> choices;
    std::vector<std::string> pieces;  // "name":value; "": the choice is that it is not given
    std::string identity_name;        // as identities call it
    int since = 1;                    // ParameterSpec::since
    std::vector<char> is_default;     // per choice
    std::size_t applies = kAlways;    // the schema's conditions
    std::size_t varies = kAlways;     // the factor's
    std::vector<std::uint16_t> at;    // per point, of a factor that is drawn: its level
    // Per choice + 1 (0: absent) the bits that fail; empty: no condition asks.
    std::vector<ConditionBits> fails;
  };
  using Edges = std::vector<std::vector<std::size_t>>;

  // Settles one slot at a level of its own. Returns whether it varies.
  bool settle_slot(std::size_t index, bool is_factor, std::size_t level,
                   Combination& combination) const;
  std::size_t slot_of(std::string_view parameter) const;
  void make_slots(const Sweep& sweep);
  void compile_conditions(const Sweep& sweep);
  std::size_t compile(const std::vector<Condition>& conditions);
  void make_steps(const Sweep& sweep);
  Edges edges() const;
  void order_steps(const Sweep& sweep);
  void order_within(const Sweep& sweep, Step& step) const;
  void find_pending();
  static bool is_given(const Slot& slot, std::int32_t chosen);
  bool is_open(const ConditionBits& open, std::size_t conjunction) const;

  std::vector<Slot> slots_;
  std::vector<std::size_t> by_name_;      // slots, sorted by name
  std::vector<std::size_t> by_identity_;  // by the earlier name; empty: as by_name_
  int version_ = 1;                       // of the experiment
  std::vector<std::size_t> factor_slot_;  // slot per factor
  std::vector<Conjunction> conjunctions_;
  std::size_t first_exclude_ = 0, exclude_count_ = 0, where_count_ = 0, data_count_ = 0;
  std::vector<Step> steps_;
  std::vector<ConditionBits> pending_;  // per step, and one more for the end
};

}  // namespace polysweep
