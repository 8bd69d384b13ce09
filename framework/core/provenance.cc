#include "framework/core/provenance.h"

#include <sched.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "framework/build_stamp.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

using Json = nlohmann::json;

// Environment variables that change arithmetic, by the beginning of the name.
constexpr std::string_view kArithmetic[] = {
    "OPENBLAS_",
    "OMP_",
    "MKL_",
    "TORCH_",
    "ATEN_CPU_CAPABILITY",
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_TF32_OVERRIDE",
    "LD_PRELOAD",
    "PYTHONHASHSEED",
    "PYTHONPATH",
    "HF_",
    "TRANSFORMERS_",
    "NCCL_",
    "XLA_",
    "TF_CPP_",
    "TF_DETERMINISTIC_",
    "TF_ENABLE_",
    "TF_FORCE_",
    "TF_XLA_",
    "JAX_",
    "VIRTUAL_ENV",
    "CONDA_DEFAULT_ENV",
};

// Variables whose values are nobody's business.
constexpr std::string_view kSecret[] = {"TOKEN", "KEY", "SECRET", "PASSWORD", "CREDENTIAL"};

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos && line.starts_with("model name")) return line.substr(colon + 2);
  }
  return "unknown";
}

// As many as this process may use; a machine may have more than a cpu_set_t.
int visible_cpu_count() {
  for (int room = 1024; room <= 1024 * 1024; room *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(room));
    check(set != nullptr, "there is memory for a set of CPUs");
    const std::size_t size = CPU_ALLOC_SIZE(static_cast<std::size_t>(room));
    const int failed = sched_getaffinity(0, size, set);
    const int error = errno;
    const int count = failed == 0 ? CPU_COUNT_S(size, set) : 0;
    CPU_FREE(set);
    if (failed == 0) return count;
    if (error != EINVAL) fail("cannot find out which CPUs may be used: {}", std::strerror(error));
  }
  fail("cannot find out which CPUs may be used: there are too many");
}

void add_build(Provenance& provenance) {
  provenance.add("build.version", version());
  provenance.add("build.commit", POLYSWEEP_COMMIT);
  provenance.add("build.dirty_digest", POLYSWEEP_DIRTY_DIGEST);
  provenance.add("build.compiler", POLYSWEEP_COMPILER);
  provenance.add("build.type", POLYSWEEP_BUILD_TYPE);
}

void add_machine(Provenance& provenance) {
  utsname system{};
  if (uname(&system) != 0) fail("cannot find out the machine's name: {}", std::strerror(errno));
  struct sysinfo memory {};
  if (sysinfo(&memory) != 0)
    fail("cannot find out the size of the memory: {}", std::strerror(errno));
  provenance.add("machine.name", system.nodename);
  provenance.add("machine.kernel", fmt::format("{} {}", system.sysname, system.release));
  provenance.add("machine.architecture", system.machine);
  provenance.add("machine.cpu", cpu_model());
  provenance.add("machine.cpus_visible", std::to_string(visible_cpu_count()));
  provenance.add("machine.memory_bytes",
                 std::to_string(std::uint64_t{memory.totalram} * memory.mem_unit));
}

void add_environment(Provenance& provenance) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    const bool matters = std::any_of(std::begin(kArithmetic), std::end(kArithmetic),
                                     [&](std::string_view name) { return text.starts_with(name); });
    if (!matters || equals == std::string_view::npos) continue;
    const std::string_view variable = text.substr(0, equals);
    const bool is_secret = std::any_of(
        std::begin(kSecret), std::end(kSecret),
        [&](std::string_view word) { return variable.find(word) != std::string_view::npos; });
    if (is_secret) continue;
    provenance.add(fmt::format("env.{}", text.substr(0, equals)),
                   std::string(text.substr(equals + 1)));
  }
}

}  // namespace

void Provenance::add(std::string name, std::string value) {
  const auto place = std::lower_bound(
      facts.begin(), facts.end(), name,
      [](const auto& fact, const std::string& wanted) { return fact.first < wanted; });
  if (place != facts.end() && place->first == name) {
    place->second = std::move(value);
  } else {
    facts.emplace(place, std::move(name), std::move(value));
  }
}

std::string Provenance::to_json() const {
  Json object = Json::object();
  for (const auto& [name, value] : facts) object[name] = value;
  // Bytes of the environment that are not UTF-8 become U+FFFD.
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Provenance Provenance::from_json(const std::string& json) {
  const Json object = Json::parse(json, nullptr, false);
  if (!object.is_object()) fail("a provenance that is not a JSON object: {:.60}", json);
  Provenance provenance;
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string()) fail("the fact '{:.60}' of a provenance is not a text", name);
    provenance.add(name, value.get<std::string>());
  }
  return provenance;
}

Provenance process_provenance() {
  Provenance provenance;
  add_build(provenance);
  add_machine(provenance);
  add_environment(provenance);
  return provenance;
}

std::string version() { return POLYSWEEP_VERSION; }

std::string build_digest() {
  const std::string_view dirty = POLYSWEEP_DIRTY_DIGEST;
  return fmt::format("{}+{:.7}{}{:.8} {} {}", POLYSWEEP_VERSION, POLYSWEEP_COMMIT,
                     dirty.empty() ? "" : ".dirty-", dirty, POLYSWEEP_COMPILER,
                     POLYSWEEP_BUILD_TYPE);
}

}  // namespace polysweep
