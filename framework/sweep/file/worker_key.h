// The key `worker` of a sweep file: the program that runs its trials.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "framework/sweep/file/toml_document.h"

namespace polysweep {

struct NamedWorker {
  std::filesystem::path program;  // absolute
  std::string place;              // "file:line:column", for messages about the program
};

// The worker that the root table of a sweep file in `folder` (absolute) names;
// empty where it names none. Throws Error with the place where it is not a path,
// or where the file also has a command.
std::optional<NamedWorker> read_worker(const TomlNode& root, const std::filesystem::path& folder);

// read_worker() of the text of the sweep file `file`. Throws Error with the place
// where it is not TOML.
std::optional<NamedWorker> named_worker(std::string_view text, const std::string& file);

}  // namespace polysweep
