// UTF-8 text as Python's str sees it: code points, white space, lower case.
//
// Scores depend on these three down to the last character, so they follow
// Python's rules, not the locale's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

// Throws Error that names the first byte that is not UTF-8.
std::vector<std::uint32_t> code_points(std::string_view text);

// The code points at the end of `out`.
void append_code_points(std::vector<std::uint32_t>& out, std::string_view text);

void append_utf8(std::string& out, std::uint32_t code_point);

// As str.isspace() of one character: U+0009..D, 1C..20, 85, A0, 1680,
// 2000..200A, 2028, 2029, 202F, 205F, 3000.
bool is_white_space(std::uint32_t code_point);

// As str.split(): the words between white space. `text` is UTF-8 and must
// outlive the result.
std::vector<std::string_view> split_words(std::string_view text);

// As str.rstrip(). `text` is UTF-8.
std::string_view strip_right(std::string_view text);

// As str.lower(): full mapping (U+0130 becomes two characters) and final sigma.
// Throws Error where `text` is not UTF-8.
std::string lower_case(std::string_view text);

}  // namespace polysweep
