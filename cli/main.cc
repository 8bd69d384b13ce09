#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands/command_table.h"

int main(int argc, char** argv) {
  try {
    return polysweep::run_command_line(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& wrong) {
    fmt::print(stderr, "polysweep: {}\n", wrong.what());
    return polysweep::kExitError;
  }
}
