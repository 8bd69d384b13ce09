#include "cli/shared/absolute_path.h"

#include "framework/core/error.h"

namespace polysweep {

std::filesystem::path absolute_path(const char* name, const std::string& path) {
  if (path.empty()) fail("--{} is empty; expected a path", name);
  return std::filesystem::absolute(path);
}

}  // namespace polysweep
