#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <string>

#include "experiments/experiments.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

template <typename Function>
Function loaded_function(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

// The library behind at::matmul. OpenBLAS reports its own choice of kernels, since that
// depends on the processor and determines the last bits of a result.
std::string blas_name() {
  if (at::hasMKL()) return at::get_mkl_version();
  using GetText = const char* (*)();
  using GetNumber = int (*)();
  const auto config = loaded_function<GetText>("openblas_get_config");
  const auto core = loaded_function<GetText>("openblas_get_corename");
  const auto threads = loaded_function<GetNumber>("openblas_get_num_threads");
  if (config == nullptr || core == nullptr || threads == nullptr)
    return "reference (install libopenblas0-pthread: about 20 times faster)";
  return fmt::format("{} core {} threads {}", config(), core(), threads());
}

// The worker's environment has OPENBLAS_NUM_THREADS=1; this covers a program that was
// started without it.
void pin_blas_threads() {
  const auto set_threads = loaded_function<void (*)(int)>("openblas_set_num_threads");
  if (set_threads != nullptr) set_threads(1);
}

std::string pin_device(int device) {
  if (device < 0) return "cpu";
  const int count = static_cast<int>(at::getNumGPUs());
  if (device >= count)
    fail("CUDA device {} does not exist: LibTorch {} sees {} CUDA devices", device, TORCH_VERSION,
         count);
  return fmt::format("cuda:{}", device);
}

}  // namespace

void prepare_process(Provenance& provenance, int device) {
  at::set_num_threads(1);
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  pin_blas_threads();
  at::Context& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setAllowTF32CuDNN(false);

  provenance.add("library.libtorch", TORCH_VERSION);
  provenance.add("library.blas", blas_name());
  provenance.add("library.mkldnn", at::hasMKLDNN() ? at::get_mkldnn_version() : "none");
  provenance.add("threads.torch", std::to_string(at::get_num_threads()));
  provenance.add("device.name", pin_device(device));
}

}  // namespace polysweep
