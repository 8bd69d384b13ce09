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

bool FollowedFile::open_file() {
  if (file_.get() >= 0) return true;
  // A program may have put anything there, including a pipe without a writer.
  file_ = Descriptor(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file_.get() < 0) {
    if (errno == ENOENT) return false;
    fail("cannot open {}: {}", path_.string(), std::strerror(errno));
  }
  struct stat facts {};
  if (fstat(file_.get(), &facts) != 0 || !S_ISREG(facts.st_mode)) {
    fail("{} is not a regular file", path_.string());
  }
  return true;
}

bool FollowedFile::read_more(std::string& out, std::size_t limit) {
  if (!open_file()) return false;
  struct stat facts {};
  if (fstat(file_.get(), &facts) != 0) {
    fail("cannot read the size of {}: {}", path_.string(), std::strerror(errno));
  }
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size < offset_) {
    const std::uint64_t before = std::exchange(offset_, size);
    fail("{} has become shorter: {} bytes instead of {}; programs must open it for appending",
         path_.filename().string(), size, before);
  }
  const std::size_t wanted = std::min<std::uint64_t>(size - offset_, limit);
  const std::size_t begin = out.size();
  out.resize(begin + wanted);
  std::size_t got = 0;
  while (got < wanted) {
    const ssize_t count = pread(file_.get(), out.data() + begin + got, wanted - got,
                                static_cast<off_t>(offset_ + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot read {}: {}", path_.string(), std::strerror(errno));
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  check(got <= wanted, "no more is read than was asked for");
  out.resize(begin + got);
  offset_ += got;
  return got > 0 && offset_ < size;
}

}  // namespace polysweep
