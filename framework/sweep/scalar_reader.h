// Reads the only JSON that identity is made of: one scalar, or one flat object
// of scalars.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

struct ScalarDocument {
  bool is_object = false;
  // Of an object in its order; of a scalar one entry with the name "".
  std::vector<std::pair<std::string, Value>> entries;
};

// Throws Error for malformed JSON, null, nesting, and numbers that are no int64
// (written without point and exponent) and no finite double.
ScalarDocument read_scalars(std::string_view json);

}  // namespace polysweep
