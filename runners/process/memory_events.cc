#include "runners/process/memory_events.h"

#include <fstream>
#include <string>

#include "runners/process/memory_limits.h"

namespace polysweep {

namespace {

// The file that counts for our group of the version-1 hierarchy of memory, where
// that is used: a line "4:memory:/path" in /proc/self/cgroup.
std::filesystem::path version_1_events() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t names = line.find(':') + 1;
    const std::size_t path = line.find(':', names) + 1;
    if (path == 0 || line.substr(names, path - names - 1) != "memory") continue;
    return "/sys/fs/cgroup/memory" + line.substr(path) + "/memory.oom_control";
  }
  return {};
}

std::filesystem::path own_memory_events() {
  const std::filesystem::path group = own_control_group();
  for (const std::filesystem::path& file : {group / "memory.events", version_1_events()}) {
    if (std::filesystem::exists(file)) return file;
  }
  return "/proc/vmstat";
}

}  // namespace

MemoryEvents::MemoryEvents() : MemoryEvents({own_memory_events()}) {}

MemoryEvents MemoryEvents::of_groups(const std::vector<std::filesystem::path>& groups) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& group : groups) {
    const bool version_2 = std::filesystem::exists(group / "memory.events");
    files.push_back(group / (version_2 ? "memory.events" : "memory.oom_control"));
  }
  return MemoryEvents(std::move(files));
}

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
