#include "cli/shared/scratch_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "framework/core/error.h"

namespace polysweep {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder(std::string_view purpose) {
  std::string name =
      (fs::temp_directory_path() / fmt::format("polysweep-{}-XXXXXX", purpose)).string();
  if (mkdtemp(name.data()) == nullptr) fail("cannot make {}: {}", name, std::strerror(errno));
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace polysweep
