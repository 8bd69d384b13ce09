// The two kinds of failure: of the world (Error) and of the program (check).
//
// Both throw. There are two catch sites: around the run of a trial, and main().
#pragma once

#include <fmt/format.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <utility>

namespace polysweep {

// A failure of the world. The message says what is wrong, where, and what was
// expected; the user sees it as it is, after "polysweep: ".
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

// A failure of the program: a claim that the code relies on does not hold.
// Active in every build. Throws std::logic_error that names claim and place.
inline void check(bool condition, const char* claim,
                  std::source_location place = std::source_location::current()) {
  if (!condition) fail_claim(claim, place);
}

}  // namespace polysweep
