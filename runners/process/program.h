// A program that answers and exits: started, read to its end, reaped.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/process/worker_process.h"

namespace polysweep {

struct ProgramEnd {
  ExitStatus status;
  std::string output;  // standard output and standard error as they came

  bool succeeded() const;
};

struct ProgramLimits {
  double timeout_s = 60;
  std::size_t output_bytes = 64 * 1024 * 1024;
};

// Runs argv[0] (a path) with no shell and nothing on its standard input. Throws
// Error where it cannot be started, or exceeds a limit.
ProgramEnd run_program(const std::vector<std::string>& argv, ProgramLimits limits = {});

// The program called `name` in $PATH; empty where there is none.
std::filesystem::path find_program(std::string_view name);

}  // namespace polysweep
