// Which files of a work tree are the code of a command (docs/sweep_file.md, "Code").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "framework/sweep/command_spec.h"
#include "runners/code/digest_cache.h"

namespace polysweep {

struct CodeLimits {
  std::size_t files = 10'000;
  std::uint64_t bytes = std::uint64_t{64} * 1024 * 1024;
};

// True for a file name that ends as source files do: ".py", ".sh", ".yaml", ...
bool is_source_name(std::string_view name);

// Sets root, sweep_in_root and files of `command`: what `files` of its sweep file names;
// without it, in a git work tree the source files below the sweep's folder that git
// tracks or does not ignore, elsewhere the files that the command names and the source
// files beside and below them. Throws Error for a file that is not there or cannot be
// read, and for more than `limits`.
void resolve_code(CommandSpec& command, DigestCache& cache, const CodeLimits& limits = {});

// What of the code in the work tree is not as it was planned: "train.py differs"; ""
// for nothing. With a snapshot: of files outside of it only.
std::string code_difference(const CommandSpec& command, DigestCache& cache);

}  // namespace polysweep
