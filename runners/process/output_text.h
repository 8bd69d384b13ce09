// What a process prints, made fit for a journal, JSON and a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polysweep {

inline constexpr std::size_t kTailBytes = 8 * 1024;
inline constexpr std::size_t kTailLines = 40;

// As UTF-8 without control characters but newline and tab: what is neither is
// replaced by '?', carriage returns are left out.
std::string printable(std::string_view bytes);

// The last kTailLines lines (kTailBytes) of it, printable.
std::string last_lines(std::string_view bytes);

}  // namespace polysweep
