#include "framework/sweep/parameters.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {

namespace {

struct ByName {
  bool operator()(const Parameters::Entry& entry, std::string_view name) const {
    return entry.first < name;
  }
};

std::vector<std::string> names_of(const std::vector<ParameterSpec>& specs) {
  std::vector<std::string> names;
  for (const ParameterSpec& spec : specs) names.push_back(spec.name);
  return names;
}

std::string number_text(double value, ValueType type) {
  const bool integral = value == std::floor(value) && std::abs(value) < 1e15;
  if (type == ValueType::kInteger && integral) return fmt::format("{}", std::int64_t(value));
  return Value(value).canonical();
}

// "an integer from 1 to 512", "a real number of 0.0 or more, or one of 'full'".
std::string right_values(const ParameterSpec& spec) {
  std::string words;
  for (const std::string& word : spec.words) words += (words.empty() ? "" : ", ") + in_quotes(word);
  if (spec.type == ValueType::kBoolean) return "true or false";
  if (spec.type == ValueType::kStructured) {
    return words.empty() ? "a list or a table" : "a list or a table, or " + words;
  }
  if (spec.type == ValueType::kText) return words.empty() ? "a text" : "one of " + words;
  std::string out = spec.type == ValueType::kInteger ? "an integer" : "a real number";
  const std::string low = spec.minimum ? number_text(*spec.minimum, spec.type) : "";
  const std::string high = spec.maximum ? number_text(*spec.maximum, spec.type) : "";
  if (spec.minimum && spec.maximum) {
    out += fmt::format(" from {} to {}", low, high);
  } else if (spec.minimum) {
    out += fmt::format(" of {} or more", low);
  } else if (spec.maximum) {
    out += fmt::format(" of {} or less", high);
  }
  return words.empty() ? out : out + ", or " + words;
}

std::string shown(const Value& value) {
  const bool quoted = value.type() == ValueType::kText || value.type() == ValueType::kStructured;
  return quoted ? in_quotes(value.display()) : value.canonical();
}

// `value` in the type of `spec`, its range not yet looked at.
std::optional<Value> converted(const ParameterSpec& spec, const Value& value) {
  if (value.type() == spec.type) return value;
  if (spec.type == ValueType::kReal && value.type() == ValueType::kInteger) {
    return Value(value.real());
  }
  if (spec.type == ValueType::kInteger && value.type() == ValueType::kReal) {
    const double real = value.real();
    if (real == std::floor(real) && std::abs(real) < 0x1p63) {
      return Value(static_cast<std::int64_t>(real));
    }
  }
  return std::nullopt;
}

Value typed_as(const ParameterSpec& spec, const Value& value) {
  if (value.is_absent()) {
    fail("parameter '{}' has no level at which it is absent; a factor with absent = true has one",
         spec.name);
  }
  const bool is_text = value.type() == ValueType::kText;
  const bool is_word =
      is_text && std::find(spec.words.begin(), spec.words.end(), value.text()) != spec.words.end();
  if (is_word && spec.type != ValueType::kBoolean) return value;
  const bool only_words = spec.type == ValueType::kText && !spec.words.empty();
  if (!only_words) {
    const std::optional<Value> fitting = converted(spec, value);
    const bool right =
        fitting && (!fitting->is_number() || ((!spec.minimum || fitting->real() >= *spec.minimum) &&
                                              (!spec.maximum || fitting->real() <= *spec.maximum)));
    if (right) return *fitting;
  }
  fail("{} is not a value of parameter '{}', which is {}{}", shown(value), spec.name,
       right_values(spec), is_text ? suggestion(value.text(), spec.words) : "");
}

}  // namespace

void Parameters::set(std::string_view name, Value value) {
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), name, ByName());
  if (place != entries_.end() && place->first == name) {
    place->second = std::move(value);
  } else {
    entries_.emplace(place, std::string(name), std::move(value));
  }
}

void Parameters::erase(std::string_view name) {
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), name, ByName());
  if (place != entries_.end() && place->first == name) entries_.erase(place);
}

const Value* Parameters::find(std::string_view name) const {
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), name, ByName());
  return place != entries_.end() && place->first == name ? &place->second : nullptr;
}

const Value& Parameters::at(std::string_view name) const {
  const Value* value = find(name);
  if (value != nullptr) return *value;
  std::vector<std::string> known;
  for (const Entry& entry : entries_) known.push_back(entry.first);
  fail("no such parameter: {}", unknown_name("parameter", name, known));
}

std::string Parameters::canonical() const {
  std::string out;
  append_canonical(out);
  return out;
}

void Parameters::append_canonical(std::string& out) const {
  out += '{';
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (i > 0) out += ',';
    append_json_text(out, entries_[i].first);
    out += ':';
    entries_[i].second.append_canonical(out);
  }
  out += '}';
}

Parameters Parameters::from_json(std::string_view json) {
  ValueDocument document = read_values(json);
  if (!document.is_object) fail("{} is not a JSON object of parameters", in_quotes(json));
  Parameters parameters;
  parameters.entries_.reserve(document.entries.size());
  for (auto& [name, value] : document.entries) {
    if (parameters.find(name) != nullptr) fail("parameter {} is given twice", in_quotes(name));
    parameters.set(name, std::move(value));
  }
  return parameters;
}

bool Condition::holds(const Parameters& parameters) const {
  static const Value kAbsent{Value::Absent()};
  const Value* given = parameters.find(parameter);
  const Value* value = given == nullptr ? &kAbsent : given;
  return std::find(any_of.begin(), any_of.end(), *value) != any_of.end();
}

bool all_hold(const std::vector<Condition>& conditions, const Parameters& parameters) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const Condition& condition) { return condition.holds(parameters); });
}

Schema::Schema(std::vector<ParameterSpec> specs) {
  for (ParameterSpec& spec : specs) {
    if (spec.name.empty()) fail("a schema has a parameter without a name");
    if (find(spec.name) != nullptr) fail("a schema has parameter '{}' twice", spec.name);
    for (Condition& condition : spec.when) {
      if (find(condition.parameter) == nullptr) {
        fail("the condition of parameter '{}' names '{}', which is not an earlier parameter",
             spec.name, condition.parameter);
      }
      for (Value& value : condition.any_of) {
        if (!value.is_absent()) value = typed(condition.parameter, value);
      }
    }
    spec.default_value = typed_as(spec, spec.default_value);
    specs_.push_back(std::move(spec));
  }
}

const ParameterSpec* Schema::find(std::string_view name) const {
  const auto place = std::find_if(specs_.begin(), specs_.end(),
                                  [&](const ParameterSpec& spec) { return spec.name == name; });
  return place == specs_.end() ? nullptr : &*place;
}

const ParameterSpec& Schema::at(std::string_view name) const {
  const ParameterSpec* spec = find(name);
  if (spec == nullptr) fail("{}", unknown_name("parameter", name, names_of(specs_)));
  return *spec;
}

Value Schema::typed(std::string_view name, const Value& value) const {
  return typed_as(at(name), value);
}

Parameters Schema::complete(const Parameters& given) const {
  for (const auto& [name, value] : given) typed(name, value);
  Parameters out;
  for (const ParameterSpec& spec : specs_) {
    if (!all_hold(spec.when, out)) continue;
    const Value* value = given.find(spec.name);
    out.set(spec.name, value == nullptr ? spec.default_value : typed_as(spec, *value));
  }
  return out;
}

bool Schema::applies(std::string_view name, const Parameters& parameters) const {
  return all_hold(at(name).when, parameters);
}

}  // namespace polysweep
