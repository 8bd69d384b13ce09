// `polysweep command-worker`: what `polysweep run` starts for a sweep that
// declares a command. No command for people.
#include "runners/command/command_worker.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/commands/command_table.h"

namespace polysweep {
namespace {

void declare(CommandOptions& options) {
  options.shown.add_options()("device", po::value<int>()->default_value(-1), "as a host says it");
  options.argument("file");
}

int run(const po::variables_map& given) {
  serve_command(required_argument(given, "file", "the catalogue of the command"));
  std::fflush(stdout);
  // Not exit(): the listening thread still uses what that would take down.
  _exit(0);
}

}  // namespace

const Command kCommandWorkerCommand = {
    kCommandWorkerWord,
    "Runs trials of a sweep with a command, for the host that started it",
    "FILE",
    "  (started by `polysweep run`, not by hand)",
    declare,
    run,
    false,
};

}  // namespace polysweep
