// What an experiment can be given (Schema), and what a trial is given (Parameters).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/sweep/role.h"
#include "framework/sweep/value.h"

namespace polysweep {

// Named values, sorted by name, each name once.
class Parameters {
 public:
  using Entry = std::pair<std::string, Value>;

  void set(std::string_view name, Value value);
  void erase(std::string_view name);
  // nullptr where `name` is absent.
  const Value* find(std::string_view name) const;
  // Throws Error where `name` is absent.
  const Value& at(std::string_view name) const;

  // Shorthands of at(name).integer() and so on.
  std::int64_t integer(std::string_view name) const { return at(name).integer(); }
  double real(std::string_view name) const { return at(name).real(); }
  bool boolean(std::string_view name) const { return at(name).boolean(); }
  const std::string& text(std::string_view name) const { return at(name).text(); }

  std::vector<Entry>::const_iterator begin() const { return entries_.begin(); }
  std::vector<Entry>::const_iterator end() const { return entries_.end(); }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  // {"optimizer":"sgd","width":64}: sorted, without spaces.
  std::string canonical() const;
  void append_canonical(std::string& out) const;
  // Throws Error unless `json` is an object of values.
  static Parameters from_json(std::string_view json);

  friend bool operator==(const Parameters&, const Parameters&) = default;

 private:
  std::vector<Entry> entries_;
};

// "parameter is one of any_of". A parameter that is not there fulfils no condition but one
// with Value::Absent.
struct Condition {
  std::string parameter;
  std::vector<Value> any_of;

  bool holds(const Parameters& parameters) const;
  friend bool operator==(const Condition&, const Condition&) = default;
};

// All of `conditions` hold (true where there are none).
bool all_hold(const std::vector<Condition>& conditions, const Parameters& parameters);

// One parameter as an experiment publishes it.
struct ParameterSpec {
  std::string name;
  ValueType type = ValueType::kReal;
  Value default_value;
  // Closed range of a number.
  std::optional<double> minimum;
  std::optional<double> maximum;
  // Of a text parameter: the texts allowed (none: any). Of a number: words
  // allowed besides numbers, as "full" for an order.
  std::vector<std::string> words;
  // The parameter exists only where all of these hold; elsewhere it is absent
  // from the trial and from its identity.
  std::vector<Condition> when;
  std::string unit;  // "" where it has none
  std::string doc;   // one line
  Role role = Role::kNone;
  // The metric whose final values are where reports draw the levels of this
  // parameter; "": the levels themselves.
  std::string axis;
  // framework/sweep/parameter_history.h
  int since = 1;    // the version of the experiment that added it
  std::string was;  // its earlier name; "": none
};

// The parameters of an experiment, in the order they are documented. A `when`
// refers to earlier parameters.
class Schema {
 public:
  Schema() = default;
  // Throws Error for a repeated name, a default out of its own range, or a `when`
  // that names no earlier parameter.
  explicit Schema(std::vector<ParameterSpec> specs);

  const std::vector<ParameterSpec>& specs() const { return specs_; }
  const ParameterSpec* find(std::string_view name) const;
  // Throws Error that names the nearest known parameter.
  const ParameterSpec& at(std::string_view name) const;

  // `value` as the type of parameter `name`: 3e6 or 3.0 for an integer is 3,
  // 3 for a real is 3.0, a word of the spec stays a text. Throws Error that
  // says which values are expected: wrong type, out of range, unknown word.
  Value typed(std::string_view name, const Value& value) const;

  // The parameters of a trial: `given` typed, defaults added, what does not
  // apply (its `when` does not hold) left out, given or not.
  // Throws Error for an unknown name or a bad value.
  Parameters complete(const Parameters& given) const;

  // Whether parameter `name` applies to the complete `parameters`.
  bool applies(std::string_view name, const Parameters& parameters) const;

 private:
  std::vector<ParameterSpec> specs_;
};

}  // namespace polysweep
