// Values that a sweep file lists, with their places.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/value.h"

namespace polysweep {

struct PlacedValue {
  Value value;
  std::string place;
};

// The values of a list of levels; may be empty. `what` names its owner in messages: "factor
// 'lr'". Throws Error with the place.
std::vector<PlacedValue> listed_values(const std::string& what, const TomlNode& node);

}  // namespace polysweep
