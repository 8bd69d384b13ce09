// Limits the memory of each slot's worker and its descendants.
//
// With a control group (cgroup v2) per slot where we own one: our own group has
// the memory controller and we may create groups in it (root, or a delegated
// group as from `systemd-run --user --scope -p Delegate=yes`). The kernel then
// kills what exceeds its limit and counts it (oom_kill_counter.h). Otherwise with
// RLIMIT_AS: the limit applies to the address space of each process of the slot,
// and allocations beyond it fail. CUDA reserves unbounded address space, so slots
// on a GPU need a group.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "runners/process/control_group.h"
#include "runners/process/slots.h"

namespace polysweep {

class MemoryLimits {
 public:
  // Sets the limit of every slot: its `memory_group`, or its
  // `address_space_bytes`. `group`: our own, "" for none. Throws Error if a slot
  // on a GPU cannot be limited.
  MemoryLimits(std::uint64_t limit_bytes, std::vector<Slot>& slots,
               std::filesystem::path group = own_control_group());
  // Removes the groups. All workers must have ended.
  ~MemoryLimits();
  MemoryLimits(const MemoryLimits&) = delete;
  MemoryLimits& operator=(const MemoryLimits&) = delete;

  bool by_groups() const { return !made_.empty(); }

 private:
  bool make_groups(std::uint64_t limit_bytes, const std::vector<Slot>& slots);
  bool enable_controller();
  void remove_groups();

  std::filesystem::path group_;
  std::filesystem::path host_group_;         // where we moved to; "": not moved
  std::vector<std::filesystem::path> made_;  // by slot
};

}  // namespace polysweep
