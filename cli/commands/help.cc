// polysweep help: the help of a command.
#include <fmt/format.h>

#include "cli/commands/command_table.h"

namespace polysweep {
namespace {

void declare_help(CommandOptions& options) { options.argument("command"); }

int run_help(const po::variables_map& given) {
  fmt::print("{}", help_text(find_command(required_argument(given, "command", "a command"))));
  return kExitComplete;
}

}  // namespace

const Command kHelpCommand = {
    "help",       "Shows the options of a command and an example",
    "[COMMAND]",  "  polysweep help run",
    declare_help, run_help,
};

}  // namespace polysweep
