// Functions that declare a parameter in one line, for experiments that publish many.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "framework/sweep/parameters.h"

namespace polysweep {

// Closed interval.
struct ParameterRange {
  double minimum;
  double maximum;
};

ParameterSpec integer_parameter(std::string name, std::int64_t value, ParameterRange range,
                                std::string doc, std::string unit = "");
ParameterSpec real_parameter(std::string name, double value, ParameterRange range, std::string doc);
// The first of `words` is the default.
ParameterSpec text_parameter(std::string name, std::vector<std::string> words, std::string doc);
// The same, applicable only if `parameter` is one of `any_of`.
ParameterSpec parameter_when(ParameterSpec spec, std::string parameter, std::vector<Value> any_of);

// `specs` with the role of each parameter that `roles` names. Throws Error for a
// name that is not among them.
std::vector<ParameterSpec> with_roles(std::vector<ParameterSpec> specs,
                                      const std::vector<std::pair<std::string, Role>>& roles);

}  // namespace polysweep
