// The short names of a factor's levels, for people.
//
// A real number of more than six significant digits is written with three of them, or with as many
// as no other level of the factor shares: 0.00464158883361 is 4.64e-3. A name reads back to its
// level (matching_levels). Identity, files and exports have the exact values.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/value.h"

namespace polysweep {

class LevelNames {
 public:
  LevelNames() = default;
  // n log n in the levels.
  explicit LevelNames(const std::vector<Value>& levels);

  // The name of a level; another value as it is displayed.
  std::string of(const Value& level) const;

 private:
  std::map<double, std::string> short_;  // of those reals whose name is not what is displayed
};

// Indexes of the levels that `text` names: those that are displayed so, or are the same number
// (2 and 2.0); if there is none, the only real level that rounds to the number `text`, at its own
// digits but three at least. Empty where there is none or several would do.
std::vector<std::size_t> matching_levels(const std::vector<Value>& levels, std::string_view text);

}  // namespace polysweep
