#include "runners/process/slots.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "framework/core/error.h"

namespace polysweep {

namespace {

bool set_by_user(const char* name) { return std::getenv(name) != nullptr; }

#if defined(__x86_64__)
bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512cd");
}
#else
bool has_avx2() { return false; }
bool has_avx512() { return false; }
#endif

}  // namespace

std::vector<int> visible_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    fail("cannot ask the system which CPUs may be used (sched_getaffinity)");
  }
  std::vector<int> result;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) result.push_back(cpu);
  }
  return result;
}

std::vector<std::string> visible_cuda_devices() {
  std::vector<std::string> result;
  if (const char* listed = std::getenv("CUDA_VISIBLE_DEVICES")) {
    const std::string text = listed;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      if (comma > at) result.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
    return result;
  }
  for (int i = 0; std::filesystem::exists(fmt::format("/dev/nvidia{}", i)); ++i) {
    result.push_back(std::to_string(i));
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> worker_environment() {
  std::vector<std::pair<std::string, std::string>> result = {
      {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"},
      {"MKL_NUM_THREADS", "1"},
      {"OMP_DYNAMIC", "false"},
      {"OMP_NUM_THREADS", "1"},
      {"OPENBLAS_NUM_THREADS", "1"},
  };
  if (!set_by_user("ATEN_CPU_CAPABILITY")) {
    result.emplace_back("ATEN_CPU_CAPABILITY", has_avx2() ? "avx2" : "default");
  }
  if (!set_by_user("OPENBLAS_CORETYPE") && has_avx2()) {
    result.emplace_back("OPENBLAS_CORETYPE", has_avx512() ? "SkylakeX" : "Haswell");
  }
  std::sort(result.begin(), result.end());
  return result;
}

std::vector<Slot> cpu_slots(int count, const std::vector<int>& taken) {
  std::vector<int> cpus = visible_cpus();
  check(!cpus.empty(), "this process runs on some CPU");
  const auto others = std::stable_partition(cpus.begin(), cpus.end(), [&](int cpu) {
    return std::find(taken.begin(), taken.end(), cpu) == taken.end();
  });
  const auto free = std::max(1, static_cast<int>(others - cpus.begin()));
  if (count < 0) fail("{} slots: expected at least 1, or 0 for one per visible core", count);
  if (count == 0) count = free;
  std::vector<Slot> slots;
  for (int i = 0; i < count; ++i) {
    Slot slot;
    slot.number = i;
    slot.device_name = "cpu";
    slot.cpus = {cpus[static_cast<std::size_t>(i) % cpus.size()]};
    slot.environment = worker_environment();
    slots.push_back(std::move(slot));
  }
  return slots;
}

std::vector<Slot> cuda_slots(const std::vector<std::string>& devices, int per_device) {
  if (devices.empty()) {
    fail(
        "no CUDA device found: CUDA_VISIBLE_DEVICES names none, and /dev/nvidia0 does not exist; "
        "`--device cpu` needs none");
  }
  if (per_device < 1) fail("{} slots per device: expected at least 1", per_device);
  std::vector<Slot> slots;
  for (std::size_t d = 0; d < devices.size(); ++d) {
    for (int i = 0; i < per_device; ++i) {
      Slot slot;
      slot.number = static_cast<int>(slots.size());
      slot.device = 0;
      slot.device_group = static_cast<int>(d);
      slot.device_name = devices[d];
      slot.environment = worker_environment();
      slot.environment.emplace_back("CUDA_VISIBLE_DEVICES", devices[d]);
      slots.push_back(std::move(slot));
    }
  }
  return slots;
}

}  // namespace polysweep
