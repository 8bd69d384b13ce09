#include "runners/process/followed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kHeadBytes = 1024 * 1024;
constexpr std::size_t kComparedTail = 4096;

struct stat facts_of(const Descriptor& file, const std::filesystem::path& path) {
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) {
    fail("cannot read the size of {}: {}", path.string(), std::strerror(errno));
  }
  return facts;
}

}  // namespace

bool FollowedFile::open_file() {
  // A program may have put anything there, including a pipe without a writer.
  Descriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() < 0) {
    if (errno == ENOENT) return false;
    fail("cannot open {}: {}", path_.string(), std::strerror(errno));
  }
  if (!S_ISREG(facts_of(file, path_).st_mode)) fail("{} is not a regular file", path_.string());
  file_ = std::move(file);
  return true;
}

// While it is open, no other file has its number.
FollowedFile::AtPath FollowedFile::at_path() const {
  struct stat there {};
  if (lstat(path_.c_str(), &there) != 0) return AtPath::kNothing;
  const struct stat ours = facts_of(file_, path_);
  const bool same = there.st_ino == ours.st_ino && there.st_dev == ours.st_dev;
  return same ? AtPath::kSame : AtPath::kOther;
}

std::uint64_t FollowedFile::size() const {
  return static_cast<std::uint64_t>(facts_of(file_, path_).st_size);
}

std::string FollowedFile::read_at(std::uint64_t offset, std::size_t size) const {
  std::string bytes(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const ssize_t count =
        pread(file_.get(), bytes.data() + got, size - got, static_cast<off_t>(offset + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot read {}: {}", path_.string(), std::strerror(errno));
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  check(got <= size, "no more is read than was asked for");
  bytes.resize(got);
  return bytes;
}

void FollowedFile::begin_again(const std::string& what) {
  is_again_ = true;
  is_gone_ = false;
  fail("{} {}; programs must open it for appending", path_.filename().string(), what);
}

void FollowedFile::expect_appended(std::uint64_t size) {
  if (size < offset_) {
    const std::uint64_t before = offset_;
    if (size > head_.size()) offset_ = size;  // as far as it can be told
    begin_again(fmt::format("has become shorter: {} bytes instead of {}", size, before));
  }
  if (read_at(offset_ - tail_.size(), tail_.size()) != tail_) begin_again("was overwritten");
}

bool FollowedFile::find_difference(std::uint64_t size) {
  const std::string now = read_at(0, std::min<std::uint64_t>(size, head_.size()));
  const auto first = std::mismatch(now.begin(), now.end(), head_.begin()).first;
  const auto same = static_cast<std::size_t>(first - now.begin());
  if (same == head_.size()) {
    // What was read beyond is not known any more: as long as it was, it is the same.
    cuts_line_ = cuts_line_ || size < offset_;
    offset_ = std::min(size, offset_);
    tail_ = read_at(offset_ - std::min<std::uint64_t>(offset_, kComparedTail),
                    std::min<std::uint64_t>(offset_, kComparedTail));
  } else {
    if (same == now.size()) return false;
    const std::size_t line = same == 0 ? 0 : head_.rfind('\n', same - 1) + 1;
    cuts_line_ = cuts_line_ || (!tail_.empty() && tail_.back() != '\n');
    offset_ = line;
    head_.resize(line);
    tail_ = head_.substr(line - std::min(line, kComparedTail));
  }
  is_again_ = false;
  return true;
}

void FollowedFile::remember(std::string_view read) {
  if (head_.size() == offset_)
    head_ += read.substr(0, kHeadBytes - std::min(kHeadBytes, head_.size()));
  offset_ += read.size();
  tail_ += read.substr(read.size() - std::min(read.size(), kComparedTail));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kComparedTail));
}

bool FollowedFile::read_more(std::string& out, std::size_t limit) {
  if (file_.get() < 0 && !open_file()) return false;
  // Asked first: what another file replaced is complete.
  const AtPath there = at_path();
  const std::uint64_t size = this->size();
  if (!is_again_) expect_appended(size);
  std::string piece;
  if (!is_again_ || find_difference(size)) {
    piece = read_at(offset_, std::min<std::uint64_t>(size - offset_, limit));
    if (!piece.empty() && std::exchange(cuts_line_, false)) out += '\n';
    remember(piece);
    out += piece;
  }
  if (there == AtPath::kSame) is_gone_ = false;
  if (!piece.empty()) return offset_ < size || there != AtPath::kSame;
  if (there == AtPath::kOther && open_file()) begin_again("was replaced by another file");
  if (there == AtPath::kNothing && !is_gone_) {
    is_gone_ = true;
    fail("{} was removed; programs must append to it", path_.filename().string());
  }
  return false;
}

}  // namespace polysweep
