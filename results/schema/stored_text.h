// Texts as the database stores them: UTF-8 without NUL.
#pragma once

#include <string>
#include <string_view>

namespace polysweep {

// `text` itself if it is UTF-8 without NUL; otherwise with each NUL and each byte
// that is not part of a code point written as \x00 ... \xff, so that other programs
// can read the column.
std::string stored_text(std::string_view text);

}  // namespace polysweep
