// Text printed by a process, made safe for a journal, JSON and a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polysweep {

inline constexpr std::size_t kTailBytes = 8 * 1024;
inline constexpr std::size_t kTailLines = 40;

// UTF-8 without control characters other than newline and tab: carriage returns
// are dropped, every other invalid byte or control character becomes '?'.
std::string printable(std::string_view bytes);

// The last kTailLines lines (at most kTailBytes), printable.
std::string last_lines(std::string_view bytes);

}  // namespace polysweep
