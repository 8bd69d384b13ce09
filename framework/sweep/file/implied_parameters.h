// The parameters of a command that a sweep file gives values to, declared or not:
// what stands in [fixed], [factors] and [sample.factors] is a parameter, its type that of its
// values.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/file/toml_document.h"
#include "framework/sweep/parameters.h"

namespace polysweep {

// A parameter as its values in [fixed] and [factors] describe it.
struct ImpliedParameter {
  // Its default is its first value. Integers and reals together are reals; texts among
  // numbers are words.
  ParameterSpec spec;
  std::string place;                // of its name
  const TomlEntry* when = nullptr;  // of a factor, not read yet
};

// Those of the root table of a sweep file: of [fixed] and then of [factors], in the
// file's order. Throws Error with the place: for values of types that do not go
// together, and what is not a value or a list of levels.
std::vector<ImpliedParameter> read_implied_parameters(const TomlNode& root);

}  // namespace polysweep
