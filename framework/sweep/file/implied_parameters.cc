#include "framework/sweep/file/implied_parameters.h"

#include <algorithm>

#include "framework/core/error_place.h"
#include "framework/sweep/file/factor_levels.h"
#include "framework/sweep/file/sample_design.h"
#include "framework/sweep/file/sweep_nodes.h"

namespace polysweep {

namespace {

// The type that all of `values` have; texts among numbers become words of `spec`.
void set_type(ParameterSpec& spec, const std::vector<PlacedValue>& values) {
  const auto has = [&](ValueType type) {
    return std::any_of(values.begin(), values.end(),
                       [type](const PlacedValue& each) { return each.value.type() == type; });
  };
  const bool number = has(ValueType::kInteger) || has(ValueType::kReal);
  if (has(ValueType::kStructured)) {
    spec.type = ValueType::kStructured;
  } else if (has(ValueType::kBoolean)) {
    spec.type = ValueType::kBoolean;
  } else if (number) {
    spec.type = has(ValueType::kReal) ? ValueType::kReal : ValueType::kInteger;
  } else {
    spec.type = ValueType::kText;
  }
  for (const PlacedValue& each : values) {
    const bool is_text = each.value.type() == ValueType::kText;
    if (spec.type == ValueType::kBoolean && each.value.type() != ValueType::kBoolean) {
      fail_at(each.place, "'{}' has booleans and {} among its values; expected values of one type",
              spec.name, is_text ? "texts" : "numbers");
    }
    const bool is_structure = each.value.type() == ValueType::kStructured;
    if (spec.type == ValueType::kStructured && !is_structure && !is_text) {
      fail_at(each.place,
              "'{}' has lists or tables and {} among its values; expected lists and tables alone, "
              "or with texts",
              spec.name, each.value.is_number() ? "numbers" : "booleans");
    }
    if ((!number && spec.type != ValueType::kStructured) || !is_text) continue;
    const std::string& word = each.value.text();
    if (std::find(spec.words.begin(), spec.words.end(), word) == spec.words.end()) {
      spec.words.push_back(word);
    }
  }
}

ImpliedParameter implied_by(const std::string& name, const std::string& place,
                            const std::vector<PlacedValue>& values) {
  check(!values.empty(), "a parameter that is implied has a value");
  ImpliedParameter out;
  out.spec.name = name;
  out.place = place;
  std::vector<PlacedValue> given;
  for (const PlacedValue& each : values) {
    if (!each.value.is_absent()) given.push_back(each);
  }
  if (given.empty()) fail_at(place, "factor '{}' has no level but that it is absent", name);
  set_type(out.spec, given);
  out.spec.default_value = given[0].value;
  return out;
}

}  // namespace

std::vector<ImpliedParameter> read_implied_parameters(const TomlNode& root) {
  std::vector<ImpliedParameter> out;
  // What is given twice is refused once all is read.
  const auto is_known = [&](const std::string& name) {
    return std::any_of(out.begin(), out.end(),
                       [&](const ImpliedParameter& each) { return each.spec.name == name; });
  };
  if (const TomlEntry* fixed = root.find("fixed")) {
    expect_table(*fixed);
    for (const TomlEntry& entry : fixed->node.entries) {
      const Value value = value_of(entry.node, "'" + entry.name + "'");
      out.push_back(implied_by(entry.name, entry.place, {{value, entry.node.place}}));
    }
  }
  if (const TomlEntry* factors = root.find("factors")) {
    expect_table(*factors);
    for (const TomlEntry& entry : factors->node.entries) {
      if (is_known(entry.name)) continue;
      out.push_back(implied_by(entry.name, entry.place, read_levels(entry.name, entry.node)));
      out.back().when = entry.node.find("when");
    }
  }
  if (const TomlEntry* sample = root.find("sample")) {
    for (const SampledFactor& each : read_sample(*sample).factors) {
      if (is_known(each.name)) continue;
      out.push_back(implied_by(each.name, each.place, each.levels));
      out.back().when = each.when;
    }
  }
  return out;
}

}  // namespace polysweep
