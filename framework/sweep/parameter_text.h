// The parameters of a trial in the forms in which programs read them.
//
// Parameters with dotted names are nested again: optim.lr is lr of optim.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/parameters.h"

namespace polysweep {

// The items of a list; of any other value that one.
std::vector<Value> items_of(const Value& value);

// One JSON object, and a line end.
std::string nested_json(const Parameters& parameters);
// A YAML 1.1 document that PyYAML reads as the same values.
std::string nested_yaml(const Parameters& parameters);
// name=value words in the grammar of Hydra 1.3, in the order of the names.
std::vector<std::string> hydra_overrides(const Parameters& parameters);

// "optim", if it is a parameter and optim.lr another: they cannot be nested. "" if none is.
std::string unnestable_name(const std::vector<std::string>& names);

}  // namespace polysweep
