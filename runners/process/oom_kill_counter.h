// Counts the processes that the kernel killed because memory ran out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace polysweep {

// Reads the counter "oom_kill" of our control group (memory.events of cgroup v2,
// memory.oom_control of v1) or, without a group, of the machine (/proc/vmstat).
class OomKillCounter {
 public:
  OomKillCounter();
  // For the control groups with these folders.
  static OomKillCounter of_groups(const std::vector<std::filesystem::path>& groups);
  // For these files, which contain lines "oom_kill NUMBER".
  explicit OomKillCounter(std::vector<std::filesystem::path> files);

  // Whether the count has grown since the last call (or since construction).
  bool grew();

 private:
  std::uint64_t count() const;

  std::vector<std::filesystem::path> files_;
  std::uint64_t last_ = 0;
};

}  // namespace polysweep
