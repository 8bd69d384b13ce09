// The configuration of a host from the options of a command: slots, limits, worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cli/shared/command.h"
#include "cli/shared/worker_program.h"
#include "runners/host/host.h"
#include "runners/process/memory_limits.h"

namespace polysweep {

// --slots.
void declare_slots(CommandOptions& options);
// --device, --time-limit, --progress-limit, --memory-limit,
// --checkpoint-seconds, --checkpoint-steps.
void declare_host(CommandOptions& options);

// "8G", "512M", "64K" or bytes; units of 1024. Throws Error.
std::uint64_t parse_bytes(const std::string& text);

// --lease, else by the store's file system: a lease is renewed through it, and a network
// file system may show old content for a minute.
double lease_seconds(const po::variables_map& given, const std::filesystem::path& store);

class HostConfiguration {
 public:
  // For trials that `worker` runs. Sets everything except the slots and the names
  // of host and sweep. A command without --slots has one slot. Throws Error for an option that is
  // not valid.
  HostConfiguration(const po::variables_map& given, const Worker& worker,
                    const std::filesystem::path& data_folder, const std::filesystem::path& store);

  HostOptions& options() { return options_; }
  // Chooses slots that avoid `taken_cpus`. Their memory is limited for the lifetime
  // of this object.
  void choose_slots(const std::vector<int>& taken_cpus);
  // The same, avoiding those of the store's other hosts on this machine. The store's lock is
  // held until we are one of them.
  void choose_free_slots();

 private:
  const po::variables_map& given_;
  HostOptions options_;
  std::unique_ptr<MemoryLimits> memory_limits_;
};

}  // namespace polysweep
