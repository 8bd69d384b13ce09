// The slots of a host: each is one worker's share of the machine, with the
// environment that makes its arithmetic reproducible.
//
// Training is bit-exact only if threads, CPU capability and BLAS kernels are
// fixed before the worker starts. Thread counts are always 1; a capability or
// kernel that the user has set is kept. All of it is in the worker's provenance.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace polysweep {

struct Slot {
  int number = 0;
  int device = -1;          // -1: CPU; otherwise the number that the worker uses:
                            // always 0, since it sees only its own device
  int device_group = 0;     // slots of one group share a device
  std::string device_name;  // "cpu", or the device as in CUDA_VISIBLE_DEVICES
  std::vector<int> cpus;    // pinned to; empty: not pinned
  std::vector<std::pair<std::string, std::string>> environment;
  // Memory limits (memory_limits.h); "" and 0: none.
  std::filesystem::path memory_group;
  std::uint64_t address_space_bytes = 0;
};

// The CPUs that this process may use (sched_getaffinity).
std::vector<int> visible_cpus();
// The CUDA devices: CUDA_VISIBLE_DEVICES if set, otherwise one per /dev/nvidiaN.
std::vector<std::string> visible_cuda_devices();

// `count` slots on the CPU, each pinned to one core, with one thread each; 0: one
// per visible core that is not in `taken`, but at least one. Cores in `taken` are
// used last; more slots than cores share cores. All slots are one device group,
// since they share memory.
std::vector<Slot> cpu_slots(int count = 0, const std::vector<int>& taken = {});
// `per_device` slots on each of `devices`; each worker sees only its own device,
// as number 0. Throws Error if `devices` is empty or `per_device` < 1.
std::vector<Slot> cuda_slots(const std::vector<std::string>& devices, int per_device);

// The variables that a worker's environment must have on this machine, by name.
std::vector<std::pair<std::string, std::string>> worker_environment();

}  // namespace polysweep
