// How a host starts its workers, and names of variables in the environment of workers
// and of the programs that they run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace polysweep {

struct WorkerCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // before those that the host adds
  // What the worker must state in its WorkerHello; anything else is an Error.
  std::string build;
  std::string catalogue_digest;  // SHA-256 (hex) of Catalogue::to_json()
  // The worker writes the logs of its attempts itself; otherwise the host writes
  // them from the worker's output.
  bool keeps_logs = false;
  bool ignores_stop_signals = false;  // as ProcessOptions
};

// The number of the worker's slot.
inline constexpr const char* kSlotVariable = "POLYSWEEP_SLOT";
// process_mark() of the host, for every process started on its behalf
// (process_tree.h).
inline constexpr const char* kHostMarkVariable = "POLYSWEEP_HOST_MARK";
// The folder of the trial that a program runs for.
inline constexpr const char* kTrialFolderVariable = "POLYSWEEP_TRIAL_FOLDER";

}  // namespace polysweep
