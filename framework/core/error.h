// The two ways a thing can be wrong: the world is (Error), or we are (check).
//
// We throw. There are two catch sites in the whole project: the fence around a
// trial, and main().
#pragma once

#include <fmt/format.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace polysweep {

// The world is wrong. The message says what was wrong, where, and what would be
// right; it is shown to the user as it is, after "polysweep: ".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Error with a formatted message.
template <typename... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(fmt::format(format, std::forward<Args>(args)...));
}

// What check() throws.
[[noreturn]] void fail_claim(const char* claim, std::source_location place);

// We are wrong: a claim that the code relies on does not hold. Active in every
// build. Throws std::logic_error that names the claim and the place.
inline void check(bool condition, const char* claim,
                  std::source_location place = std::source_location::current()) {
  if (!condition) fail_claim(claim, place);
}

}  // namespace polysweep
