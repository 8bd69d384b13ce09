// Texts as the database keeps them: UTF-8 without NUL, whatever came.
#pragma once

#include <string>
#include <string_view>

namespace polysweep {

// `text` itself where it is UTF-8 without NUL; else with each NUL and each byte
// that is not part of a code point written as \x00 ... \xff, so that other
// programs can read the column.
std::string stored_text(std::string_view text);

}  // namespace polysweep
