#include "tests/faults/marked_processes.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

namespace polysweep {

namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// Variables of an environment end with NUL.
std::string environment_of(int pid) {
  return std::string(1, '\0') + content("/proc/" + std::to_string(pid) + "/environ");
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> slot_in(const std::string& environment) {
  const std::string name = std::string(1, '\0') + "POLYSWEEP_SLOT=";
  const std::size_t at = environment.find(name);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + name.size();
  const std::size_t end = environment.find('\0', begin);
  return number(std::string_view(environment).substr(begin, end - begin));
}

// From /proc/PID/stat: "PID (NAME) STATE PARENT ...", where NAME may hold anything.
struct Standing {
  char state = 'Z';
  int parent = 0;
};

Standing standing_of(int pid) {
  const std::string stat = content("/proc/" + std::to_string(pid) + "/stat");
  Standing standing;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return standing;
  std::istringstream rest(stat.substr(name_end + 1));
  rest >> standing.state >> standing.parent;
  return standing;
}

}  // namespace

std::string_view role_name(ProcessRole role) {
  switch (role) {
    case ProcessRole::kCoordinator:
      return "coordinator";
    case ProcessRole::kWorker:
      return "worker";
    case ProcessRole::kProgram:
      return "program";
    case ProcessRole::kChild:
      return "child of a program";
    case ProcessRole::kOrphan:
      break;
  }
  return "orphan";
}

ProcessMark::ProcessMark()
    : variable_("POLYSWEEP_KILL_RUN",
                std::to_string(getpid()) + "-" + std::to_string(std::random_device()())) {}

bool ProcessMark::marks(int pid) const {
  const std::string wanted =
      std::string(1, '\0') + variable_.first + "=" + variable_.second + std::string(1, '\0');
  return environment_of(pid).find(wanted) != std::string::npos;
}

std::vector<MarkedProcess> ProcessMark::processes(int coordinator) const {
  std::vector<MarkedProcess> found;
  std::map<int, int> parents;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const std::optional<int> pid = number(entry.path().filename().string());
    if (!pid || !marks(*pid)) continue;
    const Standing standing = standing_of(*pid);
    if (standing.state == 'Z' || standing.state == 'X') continue;
    parents[*pid] = standing.parent;
    found.push_back({*pid, standing.parent, ProcessRole::kOrphan, slot_in(environment_of(*pid))});
  }
  for (MarkedProcess& process : found) {
    int depth = 0;
    int at = process.pid;
    for (; at != coordinator && parents.count(at) > 0 && depth < 100; ++depth) at = parents[at];
    if (at != coordinator) continue;
    process.role = static_cast<ProcessRole>(std::min(depth, static_cast<int>(ProcessRole::kChild)));
  }
  return found;
}

bool ProcessMark::kill(int pid) const {
  // Held by a descriptor, the number cannot become another's.
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) return false;
  const bool killed =
      marks(pid) && syscall(SYS_pidfd_send_signal, handle, SIGKILL, nullptr, 0) == 0;
  close(handle);
  return killed;
}

}  // namespace polysweep
