// The text of a sweep file for a program whose parameters are known.
#pragma once

#include <string>
#include <vector>

#include "cli/shared/program_help.h"

namespace polysweep {

struct SweepOutline {
  std::string name;                  // of the sweep and of its experiment
  std::string origin;                // what the file was made from, for its first line
  std::vector<std::string> program;  // the words of the command before its parameters
  std::vector<std::string> files;    // relative to the sweep file
  ProgramHelp help;
};

struct SweepText {
  std::string text;                // TOML, with comments at what was guessed
  std::vector<std::string> to_do;  // what to fill in or to check, a sentence each
};

// Parameters with a known default are in [fixed], one that looks like a seed is the
// replicate, the others are comments.
SweepText write_outline(const SweepOutline& outline);

}  // namespace polysweep
