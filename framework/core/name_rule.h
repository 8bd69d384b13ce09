// The alphabet of names: ASCII letters, digits, '.', '_' and '-'.
#pragma once

#include <cstddef>
#include <string_view>

namespace polysweep {

// Longest name of a sweep, an experiment, a parameter or a step unit, in bytes.
inline constexpr std::size_t kMaxNameBytes = 100;

// For messages: what is_name() accepts.
inline constexpr std::string_view kNameRule = "1 to 100 letters, digits, '.', '_' and '-'";

// An ASCII letter or digit, in every locale.
constexpr bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr bool is_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxNameBytes) return false;
  for (const char c : text) {
    if (!is_letter_or_digit(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

// A sweep's name is an argument of commands and the name of folders.
constexpr bool is_sweep_name(std::string_view text) {
  return is_name(text) && (is_letter_or_digit(text[0]) || text[0] == '_');
}

// Of ASCII letters alone.
constexpr bool same_but_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace polysweep
