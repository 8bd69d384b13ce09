// Evidence that the kernel killed processes for want of memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace polysweep {

// Watches the counters "oom_kill" of our control group (memory.events of cgroup
// v2, memory.oom_control of v1) and, where there is none, of the machine
// (/proc/vmstat).
class MemoryEvents {
 public:
  MemoryEvents();
  // Of the control groups with these folders.
  static MemoryEvents of_groups(const std::vector<std::filesystem::path>& groups);
  // The files to watch, lines "oom_kill NUMBER" in them.
  explicit MemoryEvents(std::vector<std::filesystem::path> files);

  // Whether the kernel has killed since the call before (or the beginning).
  bool grew();

 private:
  std::uint64_t count() const;

  std::vector<std::filesystem::path> files_;
  std::uint64_t last_ = 0;
};

}  // namespace polysweep
