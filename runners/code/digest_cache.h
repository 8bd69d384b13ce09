// The digests of files, remembered as long as the files are not touched.
//
// A file whose size, times, inode and device are those of the time it was read is not
// read again. A file that was changed less than two seconds before it was read is not
// remembered: it may change again within the resolution of its times.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <unordered_map>

namespace polysweep {

class DigestCache {
 public:
  // Kept in `file`; "": only in memory. What cannot be read there counts as empty.
  explicit DigestCache(std::filesystem::path file = {});

  // SHA-256 (hex) of the content of `path`, a regular file that stat() described by
  // `facts`. Throws Error naming it.
  std::string digest(const std::filesystem::path& path, const struct stat& facts);
  // Writes what is new. A failure is of no consequence: files are read again.
  void save();

 private:
  struct Entry {
    std::string stamp;  // size, times, inode, device
    std::string sha256;
  };
  void load();

  std::filesystem::path file_;
  std::unordered_map<std::string, Entry> entries_;
  bool has_news_ = false;
};

}  // namespace polysweep
