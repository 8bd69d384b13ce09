#include "tests/support/temporary_folder.h"

#include <stdlib.h>

#include <fstream>
#include <string>

#include "framework/core/error.h"

namespace polysweep {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "polysweep-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) fail("cannot make a folder like {}", pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(std::string_view name,
                                             std::string_view content) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out) fail("cannot write {}", file.string());
  return file;
}

}  // namespace polysweep
