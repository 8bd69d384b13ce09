// Reads values from JSON and from command-line arguments.
//
// The JSON of trial identity is one scalar or one flat object of scalars;
// anything else is refused.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

struct ScalarDocument {
  bool is_object = false;
  // The members of an object in order; for a scalar one entry with the name "".
  std::vector<std::pair<std::string, Value>> entries;
};

// Throws Error for malformed JSON, null, nesting, an integer (no point, no
// exponent) outside int64, and a number that is not a finite double.
ScalarDocument read_scalars(std::string_view json);

// Reads one JSON token as written by Value::canonical(). Throws Error for
// anything else.
Value value_from_json(std::string_view json);

// Reads the VALUE of a command-line argument NAME=VALUE: true or false, an
// integer, a real number ("3e6" is a real; the schema makes it an integer), a
// quoted text, otherwise the text itself.
Value value_from_argument(std::string_view text);

}  // namespace polysweep
