// Texts as bytes: whether they are UTF-8 (RFC 3629: no surrogates, no overlong
// forms), and how they are written in JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polysweep {

// Bytes of the code point that `bytes` begins with; 0 where it begins with none.
std::size_t utf8_sequence(std::string_view bytes);

bool is_utf8(std::string_view bytes);

// Appends `text`, which is UTF-8, as a JSON string with its quotes. Escaped are
// only the quote, the backslash and what is below U+0020.
void append_json_text(std::string& out, std::string_view text);

}  // namespace polysweep
