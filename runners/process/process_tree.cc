#include "runners/process/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kMostEnvironment = 4 * 1024 * 1024;

struct ProcessFacts {
  pid_t parent = 0;
  char state = '?';
  std::uint64_t started = 0;  // in clock ticks since the machine's start
};

// The content of a file of /proc, at most `limit` bytes; empty if it cannot be
// read.
std::string read_proc(const std::string& path, std::size_t limit) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  std::string content;
  char piece[4096];
  while (content.size() < limit) {
    const ssize_t got = read(fd, piece, sizeof piece);
    if (got <= 0) break;
    content.append(piece, static_cast<std::size_t>(got));
  }
  close(fd);
  return content;
}

// From /proc/PID/stat: "PID (NAME) STATE PPID ...", where NAME may hold anything;
// the 22nd field is the start.
std::optional<ProcessFacts> facts_of(pid_t pid) {
  const std::string stat = read_proc(fmt::format("/proc/{}/stat", pid), 4096);
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return std::nullopt;
  std::vector<std::string_view> fields;
  const std::string_view rest = std::string_view(stat).substr(name_end + 2);
  for (std::size_t at = 0; at < rest.size() && fields.size() < 20;) {
    const std::size_t space = std::min(rest.find(' ', at), rest.size());
    fields.push_back(rest.substr(at, space - at));
    at = space + 1;
  }
  if (fields.size() < 20) return std::nullopt;
  ProcessFacts facts;
  facts.state = fields[0].empty() ? '?' : fields[0][0];
  std::from_chars(fields[1].data(), fields[1].data() + fields[1].size(), facts.parent);
  std::from_chars(fields[19].data(), fields[19].data() + fields[19].size(), facts.started);
  return facts;
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> pids;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc"), closedir);
  if (folder == nullptr) return pids;
  while (const dirent* entry = readdir(folder.get())) {
    pid_t pid = 0;
    const char* end = entry->d_name + std::strlen(entry->d_name);
    const auto read = std::from_chars(entry->d_name, end, pid);
    if (read.ec == std::errc() && read.ptr == end) pids.push_back(pid);
  }
  return pids;
}

// Live processes that descend from us through parents that are not spared.
std::vector<pid_t> live_descendants(std::span<const pid_t> spared) {
  std::multimap<pid_t, pid_t> children;
  std::map<pid_t, char> states;
  for (const pid_t pid : all_processes()) {
    const std::optional<ProcessFacts> facts = facts_of(pid);
    if (!facts) continue;
    children.emplace(facts->parent, pid);
    states[pid] = facts->state;
  }
  std::vector<pid_t> found;
  std::vector<pid_t> to_visit = {getpid()};
  while (!to_visit.empty()) {
    const pid_t parent = to_visit.back();
    to_visit.pop_back();
    const auto [begin, end] = children.equal_range(parent);
    for (auto child = begin; child != end; ++child) {
      if (std::find(spared.begin(), spared.end(), child->second) != spared.end()) continue;
      to_visit.push_back(child->second);
      const char state = states[child->second];
      if (state != 'Z' && state != 'X') found.push_back(child->second);
    }
  }
  return found;
}

bool has_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

// Our zombies, except the spared.
void reap_zombies(std::span<const pid_t> spared) {
  if (spared.empty()) {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return;
  }
  for (const pid_t pid : all_processes()) {
    if (std::find(spared.begin(), spared.end(), pid) != spared.end()) continue;
    const std::optional<ProcessFacts> facts = facts_of(pid);
    if (facts && facts->parent == getpid() && facts->state == 'Z') waitpid(pid, nullptr, WNOHANG);
  }
}

std::string namespace_of_processes() {
  char target[64];
  const ssize_t size = readlink("/proc/self/ns/pid", target, sizeof target);
  return size > 0 ? std::string(target, static_cast<std::size_t>(size)) : "unknown";
}

std::string mark_of(pid_t pid, const ProcessFacts& facts) {
  return fmt::format("{}-{}-{}", pid, facts.started, namespace_of_processes());
}

// The value of `name` in an environment as /proc shows it; empty if not set.
std::string_view value_in(std::string_view environment, std::string_view name) {
  for (std::size_t at = 0; at < environment.size();) {
    const std::size_t end = std::min(environment.find('\0', at), environment.size());
    const std::string_view entry = environment.substr(at, end - at);
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return entry.substr(name.size() + 1);
    }
    at = end + 1;
  }
  return {};
}

// Whether `mark` names a process of our namespace that has ended.
bool names_ended_process(std::string_view mark) {
  pid_t pid = 0;
  const auto read = std::from_chars(mark.data(), mark.data() + mark.size(), pid);
  const bool ours =
      read.ec == std::errc() && pid > 0 && mark.ends_with("-" + namespace_of_processes());
  if (!ours) return false;
  const std::optional<ProcessFacts> facts = facts_of(pid);
  return !facts || facts->state == 'Z' || mark_of(pid, *facts) != mark;
}

}  // namespace

void adopt_orphans() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
    fail("cannot ask to adopt orphaned processes: {}", std::strerror(errno));
  }
}

Killed kill_descendants(std::span<const pid_t> spared, Reap reap, double patience_s) {
  check(std::find(spared.begin(), spared.end(), getpid()) == spared.end(),
        "descendants are spared, not ourselves");
  Killed killed;
  if (spared.empty() && !has_children()) return killed;
  std::vector<pid_t> seen;
  const double deadline_s = system_clock().monotonic_s() + patience_s;
  while (true) {
    const std::vector<pid_t> found = live_descendants(spared);
    for (const pid_t pid : found) {
      // A process that was just killed may still be listed.
      if (std::find(seen.begin(), seen.end(), pid) == seen.end()) {
        seen.push_back(pid);
        ++killed.count;
      }
      kill(pid, SIGKILL);
    }
    if (reap == Reap::kYes) reap_zombies(spared);
    killed.left = found.size();
    if (found.empty() || system_clock().monotonic_s() > deadline_s) return killed;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string process_mark() {
  const std::optional<ProcessFacts> facts = facts_of(getpid());
  if (!facts) fail("cannot read /proc/{}/stat: is /proc mounted?", getpid());
  return mark_of(getpid(), *facts);
}

std::size_t kill_orphans_of_dead_hosts(std::string_view variable, std::string_view folder_variable,
                                       const std::filesystem::path& folder, double patience_s) {
  check(!variable.empty() && folder.is_absolute(), "marked processes belong to one folder");
  const std::string below = folder.string() + "/";
  std::set<pid_t> killed;
  const double deadline_s = system_clock().monotonic_s() + patience_s;
  while (true) {
    // A process that was found may have started another one.
    bool any = false;
    for (const pid_t pid : all_processes()) {
      if (pid == getpid()) continue;
      const std::string environment =
          read_proc(fmt::format("/proc/{}/environ", pid), kMostEnvironment);
      const std::string_view mark = value_in(environment, variable);
      if (mark.empty() || !value_in(environment, folder_variable).starts_with(below)) continue;
      if (!names_ended_process(mark) || kill(pid, SIGKILL) != 0) continue;
      killed.insert(pid);
      any = true;
    }
    if (!any || system_clock().monotonic_s() > deadline_s) return killed.size();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace polysweep
