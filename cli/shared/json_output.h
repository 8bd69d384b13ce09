// JSON on standard output.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>

namespace polysweep {

using Json = nlohmann::ordered_json;

// A number that is not finite is null, as a missing one.
Json number_or_null(const std::optional<double>& value);
// A number that is not finite is a text: "nan", "inf", "-inf".
Json number_or_text(double value);

// Indented by one; bytes that are not UTF-8 are replaced.
void print_json(const Json& json);

}  // namespace polysweep
