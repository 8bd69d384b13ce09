#include "runners/process/program_output.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "framework/core/error.h"

namespace polysweep {

bool ProgramResult::succeeded() const {
  const Exited* exited = std::get_if<Exited>(&status);
  return exited != nullptr && exited->code == 0;
}

ProgramResult run_program(const std::vector<std::string>& argv, ProgramLimits limits) {
  check(!argv.empty(), "a program has a name");
  ProcessOptions options;
  options.argv = argv;
  options.channel = false;
  ChildProcess process(options);
  std::optional<std::string> output =
      process.read_all_output(limits.timeout_s, limits.output_bytes);
  if (!output) {
    process.kill(SIGKILL);
    fail("{} did not answer within {} s and {} bytes", argv[0], limits.timeout_s,
         limits.output_bytes);
  }
  const ExitStatus status = process.wait();
  return {status, std::move(*output)};
}

std::filesystem::path find_program(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::filesystem::path program = std::filesystem::path(folder) / name;
    if (!folder.empty() && access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

}  // namespace polysweep
