// UTF-8 (RFC 3629: no surrogates, no overlong forms): validation, code points,
// and JSON strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace polysweep {

// A byte 10xxxxxx, which never begins a code point.
constexpr bool is_utf8_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// Bytes of the code point that `bytes` begins with; 0 if it begins with none.
std::size_t utf8_sequence(std::string_view bytes);

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  // in bytes; 0: not UTF-8
};
// The code point that `bytes` begins with.
CodePoint first_code_point(std::string_view bytes);

// Code points of a text that is UTF-8.
std::size_t utf8_length(std::string_view text);

// The most bytes, at most `limit`, after which `text` can be cut without
// cutting a code point.
std::size_t utf8_cut(std::string_view text, std::size_t limit);

bool is_utf8(std::string_view bytes);

// Appends `text`, which is UTF-8, as a JSON string with its quotes. Escaped are
// only the quote, the backslash and what is below U+0020.
void append_json_text(std::string& out, std::string_view text);

}  // namespace polysweep
