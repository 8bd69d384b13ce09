#include "runners/process/slots.h"

#include <cstdlib>
#include <map>

#include "framework/core/error.h"
#include "tests/support/catch.h"

namespace polysweep {

namespace {

std::map<std::string, std::string> environment() {
  const auto pairs = worker_environment();
  return {pairs.begin(), pairs.end()};
}

}  // namespace

TEST_CASE("one slot per visible core, each pinned to its own", "[slots]") {
  const std::vector<int> cpus = visible_cpus();
  const std::vector<Slot> slots = cpu_slots();
  REQUIRE(slots.size() == cpus.size());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    CHECK(slots[i].number == static_cast<int>(i));
    CHECK(slots[i].cpus == std::vector<int>{cpus[i]});
    CHECK(slots[i].device == -1);
  }
  CHECK(cpu_slots(1).size() == 1);
  CHECK(cpu_slots(static_cast<int>(cpus.size()) + 1).back().cpus == std::vector<int>{cpus[0]});
  CHECK_THROWS_WITH(cpu_slots(-1), Contains("expected at least 1"));
}

TEST_CASE("workers compute with one thread and pinned kernels", "[slots]") {
  unsetenv("ATEN_CPU_CAPABILITY");
  unsetenv("OPENBLAS_CORETYPE");
  setenv("OMP_NUM_THREADS", "8", 1);
  auto values = environment();
  CHECK(values.at("OMP_NUM_THREADS") == "1");
  CHECK(values.at("OPENBLAS_NUM_THREADS") == "1");
  CHECK(values.at("MKL_NUM_THREADS") == "1");
  CHECK(values.at("OMP_DYNAMIC") == "false");
  CHECK(values.at("CUBLAS_WORKSPACE_CONFIG") == ":4096:8");
  CHECK(values.count("ATEN_CPU_CAPABILITY") == 1);
  setenv("ATEN_CPU_CAPABILITY", "default", 1);
  setenv("OPENBLAS_CORETYPE", "Nehalem", 1);
  values = environment();
  CHECK(values.count("ATEN_CPU_CAPABILITY") == 0);  // the user's stays in the environment
  CHECK(values.count("OPENBLAS_CORETYPE") == 0);
  unsetenv("ATEN_CPU_CAPABILITY");
  unsetenv("OPENBLAS_CORETYPE");
  unsetenv("OMP_NUM_THREADS");
}

TEST_CASE("each slot on a GPU sees its own device alone", "[slots]") {
  setenv("CUDA_VISIBLE_DEVICES", "3,GPU-abc", 1);
  const std::vector<std::string> devices = visible_cuda_devices();
  CHECK(devices == std::vector<std::string>{"3", "GPU-abc"});
  unsetenv("CUDA_VISIBLE_DEVICES");
  const std::vector<Slot> slots = cuda_slots(devices, 2);
  REQUIRE(slots.size() == 4);
  CHECK(slots[3].number == 3);
  CHECK(slots[3].device == 0);
  CHECK(slots[3].device_group == 1);
  CHECK(slots[3].environment.back() ==
        std::pair<std::string, std::string>("CUDA_VISIBLE_DEVICES", "GPU-abc"));
  CHECK_THROWS_WITH(cuda_slots({}, 1), Contains("no CUDA device found"));
  CHECK_THROWS_WITH(cuda_slots({"0"}, 0), Contains("expected at least 1"));
}

}  // namespace polysweep
