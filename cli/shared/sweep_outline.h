// The text of a sweep file for a program whose parameters are known.
#pragma once

#include <string>
#include <vector>

#include "cli/shared/program_help.h"
#include "cli/shared/script_metrics.h"
#include "framework/sweep/value.h"

namespace polysweep {

// A parameter that the sweep is to vary.
struct VariedParameter {
  std::string name;
  std::vector<Value> levels;  // at least one
};

struct SweepOutline {
  std::string name;                  // of the sweep and of its experiment
  std::string origin;                // what the file was made from, for its first line
  std::vector<std::string> program;  // the words of the command before its parameters
  std::string configuration;       // the program's option for a file of all parameters: "--config"
  std::vector<std::string> files;  // relative to the sweep file
  ProgramHelp help;
  ScriptMetrics metrics;
  std::vector<VariedParameter> vary;  // parameters of `help`
};

struct SweepText {
  std::string text;                // TOML, with comments at what was guessed
  std::vector<std::string> to_do;  // what to fill in or to check, a sentence each
};

// Parameters to vary are in [factors], others with a known default in [fixed]; one that
// looks like a seed is the replicate, the rest are comments. The baseline has the defaults
// of what varies, where they are among the levels, else its first levels. Throws Error that
// names the nearest parameter for one to vary that the program does not have.
SweepText write_outline(const SweepOutline& outline);

}  // namespace polysweep
