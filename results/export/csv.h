// Lines of CSV: RFC 4180, UTF-8, a header line first.
//
// A text that a spreadsheet would run as a formula (one that begins with = + - @
// or a control character) gets an apostrophe before it; numbers do not. NULL is
// an empty field, and so that it is another thing, an empty text is "". Reals
// have as few digits as read back to the same double; nan, inf, -inf.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "results/read/query.h"

namespace polysweep {

std::string csv_field(const QueryValue& value);
// With the line's end.
std::string csv_line(std::span<const QueryValue> values);
std::string csv_header(std::span<const std::string> columns);

}  // namespace polysweep
