#include "runners/process/memory_limits.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "framework/core/error.h"
#include "runners/process/descriptor.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

// The kernel answers a write to these files at once; 0 or the error.
int write_to(const fs::path& file, const std::string& text) {
  const Descriptor descriptor(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (descriptor.get() < 0) return errno;
  const bool written =
      write(descriptor.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return written ? 0 : errno;
}

bool has_word(const fs::path& file, const std::string& word) {
  std::ifstream in(file);
  for (std::string each; in >> each;) {
    if (each == word) return true;
  }
  return false;
}

}  // namespace

MemoryLimits::MemoryLimits(std::uint64_t limit_bytes, std::vector<Slot>& slots, fs::path group)
    : group_(std::move(group)) {
  check(limit_bytes > 0, "a limit is some bytes");
  const bool grouped = !group_.empty() && make_groups(limit_bytes, slots);
  if (!grouped) remove_groups();
  check(made_.size() == (grouped ? slots.size() : 0), "every slot has a group or none has");
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (grouped) {
      slots[i].memory_group = made_[i];
    } else if (slots[i].device >= 0) {
      fail(
          "a memory limit of slots on a GPU needs a control group (cgroup v2) of our own with the "
          "memory controller; `systemd-run --user --scope -p Delegate=yes polysweep run ...` gives "
          "one");
    } else {
      slots[i].address_space_bytes = limit_bytes;
    }
  }
}

MemoryLimits::~MemoryLimits() { remove_groups(); }

bool MemoryLimits::make_groups(std::uint64_t limit_bytes, const std::vector<Slot>& slots) {
  if (!has_word(group_ / "cgroup.controllers", "memory") || !enable_controller()) return false;
  for (const Slot& slot : slots) {
    const fs::path made = group_ / fmt::format("polysweep-{}-slot-{}", getpid(), slot.number);
    std::error_code problem;
    fs::create_directory(made, problem);
    if (problem) return false;
    made_.push_back(made);
    if (write_to(made / "memory.max", std::to_string(limit_bytes)) != 0) return false;
    // Swapped memory does not count as used. The file does not exist without swap.
    write_to(made / "memory.swap.max", "0");
    // A worker and its descendants live and die together.
    write_to(made / "memory.oom.group", "1");
  }
  return true;
}

// A group whose children have controllers must not contain processes itself (the root
// may): we move to a group next to those of the slots.
bool MemoryLimits::enable_controller() {
  const fs::path control = group_ / "cgroup.subtree_control";
  if (has_word(control, "memory")) return true;
  int error = write_to(control, "+memory");
  if (error == EBUSY) {
    host_group_ = group_ / fmt::format("polysweep-{}-host", getpid());
    std::error_code problem;
    fs::create_directory(host_group_, problem);
    if (problem || write_to(host_group_ / "cgroup.procs", "0") != 0) return false;
    error = write_to(control, "+memory");
  }
  return error == 0;
}

void MemoryLimits::remove_groups() {
  for (const fs::path& each : made_) rmdir(each.c_str());
  made_.clear();
  if (host_group_.empty()) return;
  write_to(group_ / "cgroup.subtree_control", "-memory");
  write_to(group_ / "cgroup.procs", "0");
  rmdir(host_group_.c_str());
  host_group_.clear();
}

}  // namespace polysweep
