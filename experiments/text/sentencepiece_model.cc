#include "experiments/text/sentencepiece_model.h"

#include <dlfcn.h>

#include <filesystem>

#include "framework/core/error.h"

namespace polysweep {

namespace {

// AddressSanitizer does not support RTLD_DEEPBIND; the programs it is used with do not
// load LibTorch, so no symbols clash.
#if defined(__SANITIZE_ADDRESS__)
constexpr int kOwnNames = 0;
#else
constexpr int kOwnNames = RTLD_DEEPBIND;
#endif

const PieceLibrary& load_module() {
  const std::filesystem::path file =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "polysweep-pieces.so";
  void* const module = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | kOwnNames);
  if (module == nullptr) {
    fail("cannot load SentencePiece ({}); expected its module next to the programs", dlerror());
  }
  using Find = const PieceLibrary* (*)();
  const auto find = reinterpret_cast<Find>(dlsym(module, "polysweep_piece_library"));
  if (find == nullptr) fail("{} is not this build's module of SentencePiece", file.string());
  return *find();
}

}  // namespace

const PieceLibrary& piece_library() {
  static const PieceLibrary& library = load_module();
  return library;
}

}  // namespace polysweep
