// Values, conditions and metrics as JSON: in catalogues, in the command of an
// experiment and in the description of a plan.
#pragma once

#include <nlohmann/json.hpp>

#include <vector>

#include "framework/sweep/metric.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

nlohmann::ordered_json json_of(const Value& value);
nlohmann::ordered_json json_of(const std::vector<Condition>& conditions);
nlohmann::ordered_json json_of(const MetricSpec& metric);

// Throw Error or nlohmann's exceptions for anything that the above do not write.
Value value_of(const nlohmann::ordered_json& json);
std::vector<Condition> conditions_of(const nlohmann::ordered_json& json);
MetricSpec metric_of(const nlohmann::ordered_json& json);

}  // namespace polysweep
