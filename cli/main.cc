#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/commands/command_table.h"
#include "cli/shared/standard_output.h"

int main(int argc, char** argv) {
  const polysweep::StandardOutput output;
  try {
    const int status = polysweep::run_command_line(std::vector<std::string>(argv + 1, argv + argc));
    output.finish();
    return status;
  } catch (const std::exception& wrong) {
    // Not fmt::print(), which throws where standard error cannot be written.
    std::fputs(("polysweep: " + output.message_of(wrong) + "\n").c_str(), stderr);
    return polysweep::kExitError;
  }
}
