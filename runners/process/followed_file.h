// A file that is read while another process writes it.
//
// Writers append. A file that is written in another way is followed as far as it can
// be: when it has become shorter, was overwritten, replaced by another file, or
// removed, read_more() throws once, and then gives the lines from the first one on
// that differs from what it gave before. What is written and replaced again between
// two calls is not seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "runners/process/descriptor.h"

namespace polysweep {

class FollowedFile {
 public:
  // The file need not exist yet.
  explicit FollowedFile(std::filesystem::path path) : path_(std::move(path)) {}

  // Appends to `out` what was added since the last call, at most `limit` bytes;
  // true if there may be more. Throws Error if the path is not a regular file,
  // cannot be read, or was changed other than by appending.
  bool read_more(std::string& out, std::size_t limit);

 private:
  enum class AtPath : std::uint8_t { kSame, kOther, kNothing };

  bool open_file();
  AtPath at_path() const;
  std::uint64_t size() const;
  // Reads up to `size` bytes at `offset`; fewer at the end.
  std::string read_at(std::uint64_t offset, std::size_t size) const;
  [[noreturn]] void begin_again(const std::string& what);
  void expect_appended(std::uint64_t size);
  // Finds the first line that differs from what was read; false: none does so far.
  bool find_difference(std::uint64_t size);
  void remember(std::string_view read);

  std::filesystem::path path_;
  Descriptor file_;
  std::uint64_t offset_ = 0;  // the next byte to read
  std::string head_;          // the first bytes of what was read
  std::string tail_;          // the last bytes before offset_
  bool is_again_ = false;     // where to read on is not known yet
  bool is_gone_ = false;      // its removal was reported
  bool cuts_line_ = false;    // the next byte does not continue the last line
};

}  // namespace polysweep
