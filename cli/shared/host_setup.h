// From the words of a command line to a host: its slots, its limits, its worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/shared/command.h"
#include "cli/shared/planning.h"
#include "runners/host/host.h"
#include "runners/process/memory_limits.h"

namespace polysweep {

// --slots, --device, --time-limit, --progress-limit, --memory-limit,
// --checkpoint-seconds, --checkpoint-updates.
void declare_host(CommandOptions& options);

// "8G", "512M", "64K" or bytes; units of 1024. Throws Error.
std::uint64_t parse_bytes(const std::string& text);

class HostSetup {
 public:
  // For trials that `worker` runs. All but slots and name, and the sweep's name.
  // Throws Error for words that cannot be meant so.
  HostSetup(const po::variables_map& given, const Worker& worker,
            const std::filesystem::path& data_folder, const std::filesystem::path& store);

  HostOptions& options() { return options_; }
  // Chooses slots, away from CPUs that are taken, and bounds their memory for as
  // long as this object lives.
  void choose_slots(const std::vector<int>& taken_cpus);

 private:
  const po::variables_map& given_;
  HostOptions options_;
  std::unique_ptr<MemoryLimits> memory_limits_;
};

}  // namespace polysweep
