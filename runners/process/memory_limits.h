// Bounds on the memory of each slot's worker and its descendants.
//
// By a control group (cgroup v2) for each slot where we own one: our own group
// has the memory controller, and we may make groups in it (root, or a delegated
// one as `systemd-run --user --scope -p Delegate=yes` gives). The kernel then
// kills what exceeds its bound, and says so (memory_events.h). Otherwise by
// RLIMIT_AS: each process of the slot may have so much address space, and its
// allocations fail beyond. CUDA reserves address space without bound, so that
// slots on a GPU need a group.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "runners/process/slots.h"

namespace polysweep {

// The folder of our group in the mounted cgroup v2 hierarchy; "" where there is
// none.
std::filesystem::path own_control_group();

class MemoryLimits {
 public:
  // Gives every slot its bound: its `memory_group`, or its
  // `address_space_bytes`. `group`: our own, "" for none. Throws Error where a
  // slot on a GPU cannot be bounded.
  MemoryLimits(std::uint64_t limit_bytes, std::vector<Slot>& slots,
               std::filesystem::path group = own_control_group());
  // Removes the groups. No worker must be left.
  ~MemoryLimits();
  MemoryLimits(const MemoryLimits&) = delete;
  MemoryLimits& operator=(const MemoryLimits&) = delete;

  bool by_groups() const { return !made_.empty(); }

 private:
  bool make_groups(std::uint64_t limit_bytes, const std::vector<Slot>& slots);
  bool enable_controller();
  void remove_groups();

  std::filesystem::path group_;
  std::filesystem::path host_group_;         // where we have moved to; "": nowhere
  std::vector<std::filesystem::path> made_;  // by slot
};

}  // namespace polysweep
