// Reads values from JSON and from command-line arguments.
//
// The JSON of trial identity is one value, or one object of named values. A value is a
// scalar, or a list or table of values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

// Lists and tables are no deeper inside each other than this.
inline constexpr std::size_t kMaxValueDepth = 64;

// The members of a JSON object in order, or one value with the name "".
struct ValueDocument {
  bool is_object = false;
  std::vector<std::pair<std::string, Value>> entries;
};

// Throws Error for malformed JSON, null inside of a list or table, an integer (no point, no
// exponent) outside int64, a number that is not a finite double, a key that a table has
// twice, and nesting deeper than kMaxValueDepth. A member that is null is absent.
ValueDocument read_values(std::string_view json);

// Reads JSON as written by Value::canonical(), and any other JSON of a value without spaces
// around it: an object is a table. Throws Error for anything else.
Value value_from_json(std::string_view json);

// A list or table of parts that are canonical JSON. Throws Error for a key that is there
// twice.
Value list_of(const std::vector<std::string>& items);
Value table_of(std::vector<std::pair<std::string, std::string>> members);

// Reads the VALUE of a command-line argument NAME=VALUE: true or false, an
// integer, a real number ("3e6" is a real; the schema makes it an integer), a
// quoted text, a list or table in JSON, otherwise the text itself ("[a" is one).
Value value_from_argument(std::string_view text);

}  // namespace polysweep
