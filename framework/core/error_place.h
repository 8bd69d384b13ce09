// Errors that begin with the place in a sweep that caused them: "demo.toml:3:5"
// or "override 'x=3'".
#pragma once

#include <string>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {

template <typename... Args>
[[noreturn]] void fail_at(const std::string& place, fmt::format_string<Args...> format,
                          Args&&... args) {
  throw Error(place + ": " + fmt::format(format, std::forward<Args>(args)...));
}

// Returns what `action` returns. An Error that it throws is thrown again with
// the place before its message.
template <typename Action>
auto in_place(const std::string& place, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    throw Error(place + ": " + error.what());
  }
}

}  // namespace polysweep
