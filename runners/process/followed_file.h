// A file that is read while another process writes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "runners/process/descriptor.h"

namespace polysweep {

class FollowedFile {
 public:
  // The file need not exist yet.
  explicit FollowedFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Appends to `out` what was added since the last call, at most `limit` bytes;
  // true if there may be more. Throws Error if the path is not a regular file,
  // cannot be read, or has become shorter (reading then resumes at the new end).
  bool read_more(std::string& out, std::size_t limit);

 private:
  bool open_file();

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t offset_ = 0;
};

}  // namespace polysweep
