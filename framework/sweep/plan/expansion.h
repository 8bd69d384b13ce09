// The combinations of a sweep's levels, made one after another without copying
// a single parameter: inside, a parameter is a slot and its value a number.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "framework/sweep/sweep.h"

namespace polysweep {

class Expansion {
 public:
  // Conditions with the parameter as slot and the values as numbers.
  struct Test {
    std::size_t slot = 0;
    std::vector<char> allowed;  // per choice
  };
  using Tests = std::vector<Test>;

  // Throws Error with the place where conditions form a circle.
  explicit Expansion(const Sweep& sweep);

  // How many combinations there are, saturated at the largest number. Exact but
  // where more than a million states of conditions differ: there it may be high.
  std::uint64_t count();

  // Calls `visit` for each combination; inside, the methods below tell of it.
  // The replicate varies slowest, where no condition forbids it.
  void for_each(const std::function<void()>& visit);

  Tests compile(const std::vector<Condition>& conditions) const;
  bool holds(const Tests& tests) const;
  // 0: the factor does not apply; else its level + 1.
  std::uint16_t level(std::size_t factor) const;
  bool present(std::string_view parameter) const { return chosen_[slot_of(parameter)] >= 0; }
  // Parameters::canonical() of the complete parameters.
  void append_canonical(std::string& out) const;

 private:
  // A parameter of the schema. Its choices: 0 is the fixed value or the
  // default, 1, 2, ... are the levels of its factor.
  struct Slot {
    std::string name;
    std::vector<Value> choices;
    std::vector<std::string> pieces;  // "name":value
    Tests applies;                    // the schema's
    Tests varies;                     // the factor's
  };
  // Slots that move together: a parameter, a factor, or the factors of a zip.
  struct Step {
    std::vector<std::size_t> slots;
    std::size_t levels = 0;  // 0: no factor
    int rank = 0;            // among the steps that could come next, the lowest does
  };
  using Edges = std::vector<std::vector<std::size_t>>;

  std::size_t slot_of(std::string_view parameter) const;
  void make_slots();
  void make_steps();
  Edges edges() const;
  void order_steps(const Edges& edges);
  void order_within(Step& step) const;
  void find_relevant();
  bool choose(const Step& step, std::size_t level);
  void walk(std::size_t at, const std::function<void()>& visit);
  std::uint64_t count_from(std::size_t at);

  const Sweep& sweep_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> by_name_;      // slots, sorted by name
  std::vector<std::size_t> factor_slot_;  // slot per factor
  std::vector<Step> steps_;
  std::vector<std::vector<std::size_t>> relevant_;  // slots that later steps ask about
  std::vector<std::int32_t> chosen_;                // per slot: a choice, -1: absent
  std::map<std::vector<std::int32_t>, std::uint64_t> counted_;
};

}  // namespace polysweep
