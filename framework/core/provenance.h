// Where a result comes from: build, libraries, machine, environment.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace polysweep {

struct Provenance {
  // Sorted by name; names are "build.commit", "build.dirty_digest",
  // "build.compiler", "build.type", "library.libtorch", "library.blas",
  // "machine.name", "machine.cpu", "machine.kernel", "machine.cpus_visible",
  // "machine.memory_bytes", "device.name", "threads.torch", "env.NAME", ...
  std::vector<std::pair<std::string, std::string>> facts;

  void add(std::string name, std::string value);
  std::string to_json() const;  // sorted, canonical
  static Provenance from_json(const std::string& json);
};

// The facts every polysweep program knows: build, compiler, machine, and those
// environment variables that change arithmetic (science: OPENBLAS_*, OMP_*,
// MKL_*, ATEN_CPU_CAPABILITY, CUBLAS_WORKSPACE_CONFIG, CUDA_VISIBLE_DEVICES,
// TORCH_*, NVIDIA_TF32_OVERRIDE, LD_PRELOAD, PYTHONHASHSEED, HF_*, ...), but none whose
// name says that it is secret.
Provenance process_provenance();

std::string version();  // "0.1.0"
// Names this build: version, git commit, digest of the dirty diff, compiler.
std::string build_digest();

}  // namespace polysweep
