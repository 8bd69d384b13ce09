// The experiment that a sweep file with a command declares
// (docs/sweep_file.md, "Any program as an experiment").
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/sweep/file/toml_document.h"

namespace polysweep {

// Every key of the root table of a sweep file is one of `of_all_sweeps`, or of a
// sweep with a command and `command` is there. Throws Error with the place.
void expect_command_keys(const TomlNode& root, std::vector<std::string> of_all_sweeps);

// The experiment that the root table of a sweep file in `folder` (absolute)
// declares; it has a key `command`. Reads the input files for their digests.
// Throws Error with the place: for an unknown place in a word, a parameter that
// the program does not receive, a missing file, ...
ExperimentSpec read_command_experiment(const TomlNode& root, const std::filesystem::path& folder);

// Whether the TOML text of a sweep file declares a command, and so needs no
// catalogue. Throws Error with the place if it is not TOML.
bool declares_command(std::string_view text, const std::string& file);

}  // namespace polysweep
