#include "results/export/export_folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kBuffered = 256 * 1024;

std::string reason() { return std::generic_category().message(errno); }

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags)
      : number_(open(path.c_str(), flags | O_CLOEXEC)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

}  // namespace

ExportFolder::ExportFolder(const std::filesystem::path& place)
    : place_(std::filesystem::absolute(place).lexically_normal()) {
  if (!place_.has_filename()) place_ = place_.parent_path();
  std::error_code ignored;
  if (std::filesystem::symlink_status(place_, ignored).type() !=
      std::filesystem::file_type::not_found) {
    fail("{} already exists; name another folder, or move it away", place_.string());
  }
  temporary_ =
      place_.parent_path() / fmt::format("{}.part-{}", place_.filename().string(), getpid());
  std::error_code wrong;
  std::filesystem::create_directories(place_.parent_path(), wrong);
  if (wrong) fail("cannot make the folder {}: {}", place_.parent_path().string(), wrong.message());
  make_folder(temporary_);
}

ExportFolder::~ExportFolder() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

void ExportFolder::finish() {
  check(!temporary_.empty(), "an export is finished once");
  const Descriptor inside(temporary_, O_RDONLY | O_DIRECTORY);
  if (inside.number() < 0 || syncfs(inside.number()) != 0) {
    fail("cannot make {} durable: {}", temporary_.string(), reason());
  }
  int result = renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, place_.c_str(), RENAME_NOREPLACE);
  if (result != 0 && (errno == EINVAL || errno == ENOSYS)) {
    // The file system does not support the flag. rename() replaces only an empty
    // folder.
    result = ::rename(temporary_.c_str(), place_.c_str());
  }
  if (result != 0) {
    if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR) {
      fail("{} exists by now; name another folder", place_.string());
    }
    fail("cannot rename {} to {}: {}", temporary_.string(), place_.string(), reason());
  }
  temporary_.clear();
  const Descriptor above(place_.parent_path(), O_RDONLY | O_DIRECTORY);
  if (above.number() < 0 || fsync(above.number()) != 0) {
    fail("cannot make the name of {} durable: {}", place_.string(), reason());
  }
}

void make_folder(const std::filesystem::path& path) {
  std::error_code wrong;
  std::filesystem::create_directory(path, wrong);
  if (wrong) fail("cannot make the folder {}: {}", path.string(), wrong.message());
}

OutputFile::OutputFile(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail("cannot make the file {}: {}", path_.string(), reason());
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::write(std::string_view bytes) {
  check(descriptor_ >= 0, "a closed file is not written to");
  buffer_.append(bytes);
  if (buffer_.size() < kBuffered) return;
  write_out(buffer_);
  buffer_.clear();
}

void OutputFile::close() {
  check(descriptor_ >= 0, "a file is closed once");
  write_out(buffer_);
  buffer_.clear();
  const int result = ::close(descriptor_);
  descriptor_ = -1;
  if (result != 0) fail("cannot write {}: {}", path_.string(), reason());
}

void OutputFile::write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot write {}: {}", path_.string(), reason());
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace polysweep
