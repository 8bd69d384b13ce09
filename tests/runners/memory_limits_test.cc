#include "runners/process/memory_limits.h"

#include <unistd.h>

#include <fstream>

#include "framework/core/error.h"
#include "framework/core/file_system.h"
#include "runners/process/child_process.h"
#include "runners/process/oom_kill_counter.h"
#include "tests/runners/toy_host.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

// A folder in the hierarchy of control groups, removed with the test; empty path
// where it cannot be made.
class ControlGroup {
 public:
  explicit ControlGroup(const std::filesystem::path& parent)
      : path_(parent / ("polysweep-test-" + std::to_string(getpid()))) {
    std::error_code problem;
    if (parent.empty() || !std::filesystem::create_directory(path_, problem)) path_.clear();
  }
  ~ControlGroup() {
    if (!path_.empty()) rmdir(path_.c_str());
  }
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;
  const std::filesystem::path& path() const { return path_; }
  bool set(const std::string& file, const std::string& text) const {
    std::ofstream out(path_ / file);
    return static_cast<bool>(out << text << std::flush);
  }

 private:
  std::filesystem::path path_;
};

// Our group in the version-1 hierarchy of memory, where that is mounted.
std::filesystem::path version_1_group() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t at = line.find(":memory:");
    if (at == std::string::npos) continue;
    const std::filesystem::path group = "/sys/fs/cgroup/memory" + line.substr(at + 8);
    if (std::filesystem::exists(group / "memory.limit_in_bytes")) return group;
  }
  return {};
}

}  // namespace

TEST_CASE("a slot without a group has its address space bounded", "[memory]") {
  std::vector<Slot> slots = cpu_slots(2);
  const MemoryLimits limits(512 * kMiB, slots, "");
  CHECK_FALSE(limits.by_groups());
  CHECK(slots[1].address_space_bytes == 512 * kMiB);
  CHECK(slots[1].memory_group.empty());

  ProcessOptions options;
  options.argv = {"/bin/sh", "-c", "ulimit -v"};
  options.channel = false;
  options.address_space_bytes = slots[0].address_space_bytes;
  ChildProcess process(options);
  process.wait();
  CHECK(process.output_tail() == std::to_string(512 * 1024));
}

TEST_CASE("a slot on a GPU cannot be bounded without a group", "[memory]") {
  std::vector<Slot> slots = cuda_slots({"0"}, 1);
  CHECK_THROWS_WITH(MemoryLimits(kMiB, slots, ""), Contains("needs a control group"));
}

TEST_CASE("a group with the memory controller bounds each slot", "[memory]") {
  // The files that the kernel would make, made by hand.
  const TemporaryFolder group;
  const std::string own = "polysweep-" + std::to_string(getpid());
  group.write("cgroup.controllers", "cpu memory pids\n");
  group.write("cgroup.subtree_control", "memory");
  for (const char* slot : {"-slot-0", "-slot-1"}) {
    for (const char* file : {"memory.max", "memory.swap.max", "memory.oom.group"}) {
      group.write(own + slot + "/" + file, "");
    }
  }
  std::vector<Slot> slots = cpu_slots(2);
  const MemoryLimits limits(64 * kMiB, slots, group.path());
  CHECK(limits.by_groups());
  CHECK(slots[1].memory_group == group.path() / (own + "-slot-1"));
  CHECK(slots[1].address_space_bytes == 0);
  CHECK(system_files().read(slots[1].memory_group / "memory.max") == std::to_string(64 * kMiB));
  CHECK(system_files().read(slots[0].memory_group / "memory.oom.group") == "1");
}

TEST_CASE("a group without the memory controller is not used", "[memory]") {
  const TemporaryFolder group;
  group.write("cgroup.controllers", "cpu pids\n");
  std::vector<Slot> slots = cpu_slots(1);
  CHECK_FALSE(MemoryLimits(64 * kMiB, slots, group.path()).by_groups());
  CHECK(slots[0].address_space_bytes == 64 * kMiB);
}

TEST_CASE("a process starts in the group it is given", "[memory]") {
  const ControlGroup group(own_control_group());
  if (group.path().empty()) POLYSWEEP_SKIP("no control group of version 2 can be made here");
  ProcessOptions options;
  options.argv = {"/bin/cat", "/proc/self/cgroup"};
  options.channel = false;
  options.memory_group = group.path();
  ChildProcess process(options);
  process.wait();
  CHECK_THAT(process.output_tail(), Contains("/" + group.path().filename().string()));
}

TEST_CASE("a trial that exceeds its address space is out of memory, the others are done",
          "[memory]") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  POLYSWEEP_SKIP("a sanitizer takes more of the address space than any limit leaves");
#endif
  ToyHost host;
  host.add(5, "x=1");
  host.add("x=2 fault=memory fault_attempts=100");
  host.add(5, "x=3");
  const MemoryLimits limits(512 * kMiB, host.options.slots, "");
  const HostResult result = host.run();
  CHECK(result.done == 10);
  CHECK(result.failed == 1);
  const std::vector<AttemptFinished> ends = host.ends(host.trials()[5].id);
  REQUIRE(ends.size() == 2);  // once more alone, then it fails
  CHECK(ends[0].outcome == Outcome::kOutOfMemory);
  CHECK(ends[1].final);
  CHECK_THAT(ends[1].message, Contains("std::bad_alloc"));
  CHECK_THAT(ends[1].output_tail, Contains("about to fail by memory"));
}

TEST_CASE(
    "a worker that the kernel kills because memory ran out is recognised by the kernel's count",
    "[memory]") {
  const ControlGroup group(version_1_group());
  const bool bounded =
      !group.path().empty() && group.set("memory.limit_in_bytes", std::to_string(96 * kMiB));
  if (!bounded) POLYSWEEP_SKIP("no control group that bounds memory can be made here");
  ToyHost host(1);
  host.add(5, "x=1");
  host.add("x=2 fault=memory fault_attempts=100");
  host.add(5, "x=3");
  host.options.slots[0].memory_group = group.path();
  const HostResult result = host.run();
  CHECK(result.done == 10);
  const std::vector<AttemptFinished> ends = host.ends(host.trials()[5].id);
  REQUIRE(ends.size() == 2);
  for (const AttemptFinished& end : ends) {
    CHECK(end.outcome == Outcome::kOutOfMemory);
    CHECK(end.message == "the system killed its worker because memory ran out");
  }
}

}  // namespace polysweep
