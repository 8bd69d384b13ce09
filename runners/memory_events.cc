#include "runners/memory_events.h"

#include <fstream>
#include <string>

namespace polysweep {

namespace {

// "0::/path" in /proc/self/cgroup names our group of the unified hierarchy.
std::filesystem::path own_memory_events() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.rfind("0::", 0) != 0) continue;
    const std::filesystem::path file = "/sys/fs/cgroup" + line.substr(3) + "/memory.events";
    if (std::filesystem::exists(file)) return file;
  }
  return "/proc/vmstat";
}

}  // namespace

MemoryEvents::MemoryEvents() : MemoryEvents({own_memory_events()}) {}

MemoryEvents::MemoryEvents(std::vector<std::filesystem::path> files)
    : files_(std::move(files)), last_(count()) {}

bool MemoryEvents::grew() {
  const std::uint64_t now = count();
  const bool more = now > last_;
  last_ = now;
  return more;
}

std::uint64_t MemoryEvents::count() const {
  std::uint64_t total = 0;
  for (const std::filesystem::path& file : files_) {
    std::ifstream lines(file);
    std::string name;
    std::uint64_t value = 0;
    while (lines >> name >> value) {
      if (name == "oom_kill") total += value;
    }
  }
  return total;
}

}  // namespace polysweep
