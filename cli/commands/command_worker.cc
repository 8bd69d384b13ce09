// `polysweep command-worker`: the worker that `polysweep run` starts for a sweep
// whose trials run a command. Not for the command line.
#include "runners/command/command_worker.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "cli/commands/command_table.h"

namespace polysweep {
namespace {

void declare_command_worker(CommandOptions& options) {
  options.shown.add_options()("device", po::value<int>()->default_value(-1),
                              "number of the device")("world", po::value<std::string>()->required(),
                                                      "facts about the code and its interpreter");
  options.argument("file");
}

int run_command_worker(const po::variables_map& given) {
  serve_command(required_argument(given, "file", "the catalogue of the command"),
                given["world"].as<std::string>());
  std::fflush(stdout);
  // Not exit(): the listening thread still uses what exit() would destroy.
  _exit(0);
}

}  // namespace

const Command kCommandWorkerCommand = {
    kCommandWorkerWord,
    "Runs trials of a sweep with a command, for the host that started it",
    "FILE",
    "  (started by `polysweep run`)",
    declare_command_worker,
    run_command_worker,
    false,
};

}  // namespace polysweep
