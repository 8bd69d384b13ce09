// Reads a sweep from its TOML file and checks it against its experiment.
//
// docs/sweep_file.md documents the grammar. Errors begin with file:line:column,
// or with the override, and name the nearest known name. What only the set of
// all trials can show is checked by Plan (framework/sweep/plan/plan.h).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/sweep/sweep.h"

namespace polysweep {

// `overrides` are arguments as on the command line: `name=value` fixes a
// parameter, `name=a,b,c` and `name=0..9` make it a factor. Throws Error.
Sweep load_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                 const Catalogue& catalogue);

// The text of a sweep file. Throws Error if it is not a file or is too large.
std::string read_sweep_file(const std::filesystem::path& file);

// load_sweep() for a text. `file` names it in errors and is what a command's
// relative paths are relative to.
Sweep parse_sweep(std::string_view text, const std::string& file,
                  const std::vector<std::string>& overrides, const Catalogue& catalogue);

}  // namespace polysweep
