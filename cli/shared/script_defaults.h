// The options that a script declares with add_argument(), as its text states them.
#pragma once

#include <string_view>

#include "cli/shared/program_help.h"

namespace polysweep {

// Adds what the help does not show and the call that declares the option states:
// add_argument("--lr", type=float, default=0.1). A default that is not a number or a text
// in quotes is left out.
void add_defaults_of_script(std::string_view script, ProgramHelp& help);

// The options of all such calls, for a script whose help cannot be read.
ProgramHelp options_of_script(std::string_view script);

}  // namespace polysweep
