#include "runners/process/control_group.h"

#include <fstream>
#include <sstream>
#include <string>

namespace polysweep {

namespace {

namespace fs = std::filesystem;

// Where cgroup v2 is mounted: "... - cgroup2 ..." in /proc/self/mountinfo.
fs::path mounted_hierarchy() {
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    std::istringstream words(line);
    std::string word;
    for (int i = 0; i < 5; ++i) words >> word;
    return word;
  }
  return {};
}

}  // namespace

fs::path own_control_group() {
  const fs::path hierarchy = mounted_hierarchy();
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; !hierarchy.empty() && std::getline(groups, line);) {
    if (line.rfind("0::", 0) != 0) continue;
    const fs::path group = hierarchy.string() + line.substr(3);
    if (fs::exists(group / "cgroup.procs")) return group;
  }
  return {};
}

}  // namespace polysweep
