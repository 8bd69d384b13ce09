#include "experiments/parameter_declarations.h"

#include <algorithm>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {

ParameterSpec integer_parameter(std::string name, std::int64_t value, ParameterRange range,
                                std::string doc, std::string unit) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = ValueType::kInteger;
  spec.default_value = Value(value);
  spec.minimum = range.minimum;
  spec.maximum = range.maximum;
  spec.doc = std::move(doc);
  spec.unit = std::move(unit);
  return spec;
}

ParameterSpec real_parameter(std::string name, double value, ParameterRange range,
                             std::string doc) {
  ParameterSpec spec = integer_parameter(std::move(name), 0, range, std::move(doc));
  spec.type = ValueType::kReal;
  spec.default_value = Value(value);
  return spec;
}

ParameterSpec text_parameter(std::string name, std::vector<std::string> words, std::string doc) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = ValueType::kText;
  spec.default_value = Value(words.front());
  spec.words = std::move(words);
  spec.doc = std::move(doc);
  return spec;
}

ParameterSpec parameter_when(ParameterSpec spec, std::string parameter, std::vector<Value> any_of) {
  spec.when.push_back({std::move(parameter), std::move(any_of)});
  return spec;
}

std::vector<ParameterSpec> with_roles(std::vector<ParameterSpec> specs,
                                      const std::vector<std::pair<std::string, Role>>& roles) {
  for (const auto& [name, role] : roles) {
    const auto spec = std::find_if(specs.begin(), specs.end(),
                                   [&name = name](const auto& each) { return each.name == name; });
    if (spec == specs.end()) fail("a role is given to '{}', which is not a parameter", name);
    spec->role = role;
  }
  return specs;
}

}  // namespace polysweep
