// CSV as every command, export and report writes it: the quoting of RFC 4180,
// UTF-8, a header line first, lines that end with LF.
//
// A text that a spreadsheet could run as a formula (one that begins with = @ or a
// control character, or with + or - and is not a number) gets an apostrophe before it. NULL is
// an empty field; an empty text is "". Reals have the fewest digits that are read
// back as the same double; nan, inf, -inf.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "results/read/query.h"

namespace polysweep {

std::string csv_field(const QueryValue& value);
// With the line feed.
std::string csv_line(std::span<const QueryValue> values);
std::string csv_header(std::span<const std::string> columns);

}  // namespace polysweep
