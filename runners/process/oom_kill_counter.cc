#include "runners/process/oom_kill_counter.h"

#include <fstream>
#include <string>

#include "runners/process/control_group.h"

namespace polysweep {

namespace {

// The counter of our group in a cgroup v1 memory hierarchy, if there is one: a
// line "4:memory:/path" in /proc/self/cgroup.
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

OomKillCounter::OomKillCounter() : OomKillCounter({own_memory_events()}) {}

OomKillCounter OomKillCounter::of_groups(const std::vector<std::filesystem::path>& groups) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& group : groups) {
    const bool version_2 = std::filesystem::exists(group / "memory.events");
    files.push_back(group / (version_2 ? "memory.events" : "memory.oom_control"));
  }
  return OomKillCounter(std::move(files));
}

OomKillCounter::OomKillCounter(std::vector<std::filesystem::path> files)
    : files_(std::move(files)), last_(count()) {}

bool OomKillCounter::grew() {
  const std::uint64_t now = count();
  const bool more = now > last_;
  last_ = now;
  return more;
}

std::uint64_t OomKillCounter::count() const {
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
