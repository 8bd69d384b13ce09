// A folder for what a command needs while it runs, removed with all it holds.
#pragma once

#include <filesystem>
#include <string_view>

namespace polysweep {

class ScratchFolder {
 public:
  // Below the system's temporary folder; `purpose` is in its name. Throws Error if it
  // cannot be made.
  explicit ScratchFolder(std::string_view purpose);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace polysweep
