// Values and conditions as JSON: the way schemas and commands come to a worker.
#pragma once

#include <nlohmann/json.hpp>

#include <vector>

#include "framework/sweep/parameters.h"

namespace polysweep {

nlohmann::ordered_json json_of(const Value& value);
nlohmann::ordered_json json_of(const std::vector<Condition>& conditions);

// Throw Error or nlohmann's exceptions for what the above do not write.
Value value_of(const nlohmann::ordered_json& json);
std::vector<Condition> conditions_of(const nlohmann::ordered_json& json);

}  // namespace polysweep
