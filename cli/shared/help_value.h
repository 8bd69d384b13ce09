// Values as help texts write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

// Without blanks at both ends.
std::string trimmed(std::string_view text);

// With 'a' to 'z' for 'A' to 'Z'; other letters stay.
std::string ascii_lower_case(std::string_view text);

// The value `text`, of the type that is known; otherwise of the type that it looks like.
// Empty for None, null, collections and what does not fit the type.
std::optional<Value> help_value(std::string_view text, std::optional<ValueType> type);

// The type that a placeholder such as FLOAT or "INTEGER RANGE" names; empty: none.
std::optional<ValueType> placeholder_type(std::string_view placeholder);

// The words of "{sgd,adam}" and "[sgd|adam]"; none: not a choice.
std::vector<std::string> choice_words(std::string_view placeholder);

// Removes "(default: 0.1)", "[default: 0.1; x>=0]" or "defaults to 0.1" from a description
// and returns the default; empty where it states none.
std::optional<std::string> take_default(std::string& description);

// Removes "[required]" and "(required)"; true if it was there.
bool take_required(std::string& description);

}  // namespace polysweep
