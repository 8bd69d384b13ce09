// The files that a command's trials depend on, with the digests of what is in
// them.
#pragma once

#include <filesystem>
#include <vector>

#include "framework/sweep/command_spec.h"
#include "framework/sweep/file/toml_document.h"

namespace polysweep {

// Reads `files = ["train.py", "model"]`: paths relative to `folder` (absolute),
// a folder, which must lie below `folder`, standing for all files below it but
// those with a name that begins with '.' and those in __pycache__. Sorted by path, each once.
// Throws Error with the place for what is not there or cannot be read.
std::vector<InputFile> read_input_files(const TomlEntry& entry,
                                        const std::filesystem::path& folder);

}  // namespace polysweep
