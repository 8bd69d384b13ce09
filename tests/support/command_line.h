// Runs a program as a person would: through its argv, with its output kept.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace polysweep {

struct CommandEnd {
  int status = 0;      // exit status, 128 + signal if one ended it
  std::string output;  // standard output
  std::string error;   // standard error
};

using Environment = std::vector<std::pair<std::string, std::string>>;

// argv[0]: a path. Waits for its end. `added` joins our environment.
CommandEnd run_command(const std::vector<std::string>& argv, const Environment& added = {});

// Starts a program in the background; what it prints is added to the file
// `output`. Returns its process id; it leads a process group of its own.
int start_command(const std::vector<std::string>& argv, const Environment& added = {},
                  const std::string& output = "/dev/null");
// Waits for the end of such a program and returns its exit status as above.
int wait_command(int pid);
// The same without waiting: empty while it runs.
std::optional<int> poll_command(int pid);

}  // namespace polysweep
