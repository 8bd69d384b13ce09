// Runs a program that answers and exits, and returns what it printed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "runners/process/child_process.h"

namespace polysweep {

struct ProgramResult {
  ExitStatus status;
  std::string output;  // standard output and standard error, interleaved

  bool succeeded() const;
};

struct ProgramLimits {
  double timeout_s = 60;
  std::size_t output_bytes = 64 * 1024 * 1024;
};

// Runs argv[0] (a path) without a shell and with empty standard input. Throws
// Error if it cannot be started or exceeds a limit.
ProgramResult run_program(const std::vector<std::string>& argv, ProgramLimits limits = {});

// The path of the program `name` in $PATH; empty if not found.
std::filesystem::path find_program(std::string_view name);

}  // namespace polysweep
