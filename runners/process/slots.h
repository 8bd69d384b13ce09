// Where workers run: one slot is one worker's share of the machine, with the
// environment that makes its arithmetic repeatable.
//
// Training is bit-exact only where threads, CPU capability and BLAS kernels are
// pinned before the worker starts. Thread counts are always 1; a capability or
// kernel that the user has set is kept. All of it is in the worker's provenance.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace polysweep {

// In a worker's environment: the number of its slot.
inline constexpr const char* kSlotVariable = "POLYSWEEP_SLOT";

struct Slot {
  int number = 0;
  int device = -1;          // -1: CPU; else what the worker shall use: always 0,
                            // since it sees its own device alone
  int device_group = 0;     // slots of one group share a device
  std::string device_name;  // "cpu", or the device as in CUDA_VISIBLE_DEVICES
  std::vector<int> cpus;    // pinned to; empty: not pinned
  std::vector<std::pair<std::string, std::string>> environment;
  // Bounds on memory (memory_limits.h); "" and 0: none.
  std::filesystem::path memory_group;
  std::uint64_t address_space_bytes = 0;
};

// The CPUs this process may use (sched_getaffinity).
std::vector<int> visible_cpus();
// CUDA devices: those of CUDA_VISIBLE_DEVICES where it is set, else one for each
// /dev/nvidiaN.
std::vector<std::string> visible_cuda_devices();

// `count` slots on the CPU, each pinned to one core, one thread each; 0: one per
// visible core that is not `taken`, one at least. Those that are taken come last;
// more slots than cores share cores. All are one device group (they share the
// memory).
std::vector<Slot> cpu_slots(int count = 0, const std::vector<int>& taken = {});
// `per_device` slots on each of `devices`; each worker sees its device alone, as
// number 0. Throws Error where `devices` is empty or `per_device` < 1.
std::vector<Slot> cuda_slots(const std::vector<std::string>& devices, int per_device);

// What a worker's environment must hold on this machine, sorted by name.
std::vector<std::pair<std::string, std::string>> worker_environment();

}  // namespace polysweep
