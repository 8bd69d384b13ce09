#include "framework/core/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "framework/core/error.h"

namespace polysweep {

namespace {

using std::filesystem::path;

[[noreturn]] void fail_to(const char* operation, const path& file, int error) {
  fail("cannot {} {}: {}", operation, file.string(), std::strerror(error));
}

// Calls `call` again as long as a signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class OpenFile {
 public:
  OpenFile(const char* operation, const path& file, int flags) : path_(file) {
    fd_ = uninterrupted([&] { return ::open(file.c_str(), flags | O_CLOEXEC, 0666); });
    if (fd_ < 0) fail_to(operation, file, errno);
  }
  ~OpenFile() { ::close(fd_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  int fd() const { return fd_; }

  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = uninterrupted([&] { return ::write(fd_, bytes.data(), bytes.size()); });
      if (count < 0) fail_to("write", path_, errno);
      if (count == 0) fail_to("write", path_, ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  // Reads until `size` bytes or the end of the file.
  void read(std::uint64_t offset, char* to, std::size_t size, std::size_t& done) const {
    for (done = 0; done < size;) {
      const ssize_t count = uninterrupted(
          [&] { return ::pread(fd_, to + done, size - done, static_cast<off_t>(offset + done)); });
      if (count < 0) fail_to("read", path_, errno);
      if (count == 0) return;
      done += static_cast<std::size_t>(count);
    }
  }

  void sync_data() const {
    if (uninterrupted([&] { return ::fdatasync(fd_); }) != 0) fail_to("sync", path_, errno);
  }
  void sync_all() const {
    // Some file systems have nothing to sync in a folder and say EINVAL.
    if (uninterrupted([&] { return ::fsync(fd_); }) != 0 && errno != EINVAL) {
      fail_to("sync", path_, errno);
    }
  }

 private:
  path path_;
  int fd_ = -1;
};

path folder_of(const path& file) { return file.has_parent_path() ? file.parent_path() : "."; }

void sync_folder(const path& folder) {
  OpenFile("open", folder, O_RDONLY | O_DIRECTORY).sync_all();
}

// Beside `file`, with a name that no other has.
path temporary_of(const path& file) {
  path temporary = file;
  temporary += fmt::format(".{}-{}.tmp", ::getpid(), new_temporary_number());
  return temporary;
}

// Removes what is left of a temporary file; after the rename nothing is.
struct Remover {
  path file;
  ~Remover() { ::unlink(file.c_str()); }
};

bool is_folder(const path& folder) {
  std::error_code ignored;
  return std::filesystem::is_directory(folder, ignored);
}

class PosixAppendFile : public AppendFile {
 public:
  explicit PosixAppendFile(const path& file)
      : path_(file), file_("create", file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND) {}

  void append(std::string_view bytes) override {
    begin();
    file_.write(bytes);
    dead_ = false;
  }

  void sync() override {
    begin();
    file_.sync_data();
    dead_ = false;
  }

 private:
  // A call that throws leaves the file dead.
  void begin() {
    if (dead_) fail("cannot write {}: an earlier write or sync of it failed", path_.string());
    dead_ = true;
  }

  path path_;
  OpenFile file_;
  bool dead_ = false;
};

struct flock entire_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

class PosixFileLock : public FileLock {
 public:
  explicit PosixFileLock(const path& file) : path_(file), file_("open", file, O_RDWR | O_CREAT) {}

  bool take(std::string_view note) {
    struct flock wanted = entire_file();
    if (uninterrupted([&] { return ::fcntl(file_.fd(), F_OFD_SETLK, &wanted); }) != 0) {
      if (errno == EAGAIN || errno == EACCES) return false;
      fail_to("lock", path_, errno);
    }
    if (uninterrupted([&] { return ::ftruncate(file_.fd(), 0); }) != 0) {
      fail_to("write", path_, errno);
    }
    file_.write(note);
    return true;
  }

 private:
  path path_;
  OpenFile file_;
};

class PosixFileSystem : public FileSystem {
 public:
  std::unique_ptr<AppendFile> create(const path& file) override {
    auto result = std::make_unique<PosixAppendFile>(file);
    sync_folder(folder_of(file));
    return result;
  }

  std::string read(const path& file) override {
    const OpenFile open("open", file, O_RDONLY);
    struct stat status {};
    if (::fstat(open.fd(), &status) != 0) fail_to("read", file, errno);
    std::string content;
    // One byte more than it has, so that the end is seen at once.
    std::size_t room = static_cast<std::size_t>(status.st_size) + 1;
    std::size_t got = room;
    while (got == room) {
      const std::size_t before = content.size();
      content.resize(before + room);
      open.read(before, content.data() + before, room, got);
      content.resize(before + got);
      if (got == room) room = 64 * 1024;
    }
    return content;
  }

  std::string read_range(const path& file, std::uint64_t offset, std::size_t size) override {
    const OpenFile open("open", file, O_RDONLY);
    std::string content(size, '\0');
    std::size_t got = 0;
    open.read(offset, content.data(), size, got);
    content.resize(got);
    return content;
  }

  bool wait_for_writes() override {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return true;
  }

  void replace(const path& file, std::string_view bytes) override {
    const path temporary = temporary_of(file);
    const Remover remover{temporary};
    {
      const OpenFile out("create", temporary, O_WRONLY | O_CREAT | O_EXCL);
      out.write(bytes);
      out.sync_all();
    }
    if (::rename(temporary.c_str(), file.c_str()) != 0) fail_to("replace", file, errno);
    sync_folder(folder_of(file));
  }

  bool create_atomically(const path& file, std::string_view bytes) override {
    const path temporary = temporary_of(file);
    const Remover remover{temporary};
    const OpenFile out("create", temporary, O_WRONLY | O_CREAT | O_EXCL);
    out.write(bytes);
    out.sync_all();
    if (::link(temporary.c_str(), file.c_str()) != 0) {
      const int error = errno;
      // A server that made the link but whose answer was lost says EEXIST when it
      // is asked again. The number of links shows which it was.
      struct stat status {};
      const bool made = ::fstat(out.fd(), &status) == 0 && status.st_nlink == 2;
      if (!made && error == EEXIST) return false;
      if (!made) fail_to("create", file, error);
    }
    sync_folder(folder_of(file));
    return true;
  }

  void create_folders(const path& folder) override {
    if (folder.empty() || is_folder(folder)) return;
    const path clean = folder.has_filename() ? folder : folder.parent_path();
    create_folders(clean.parent_path());
    if (::mkdir(clean.c_str(), 0777) == 0) {
      sync_folder(folder_of(clean));
    } else if (errno != EEXIST || !is_folder(clean)) {
      fail_to("make the folder", clean, errno);
    }
  }

  std::vector<std::string> list(const path& folder) override {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator entry(folder, error);
    const std::filesystem::directory_iterator end;
    while (!error && entry != end) {
      names.push_back(entry->path().filename().string());
      entry.increment(error);
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      fail_to("list", folder, error.value());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::unique_ptr<FileLock> try_lock(const path& file, std::string_view note) override {
    auto lock = std::make_unique<PosixFileLock>(file);
    if (!lock->take(note)) return nullptr;
    return lock;
  }

  bool is_locked(const path& file) override {
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return false;
    const OpenFile open("open", file, O_RDONLY);
    struct flock held = entire_file();
    if (uninterrupted([&] { return ::fcntl(open.fd(), F_OFD_GETLK, &held); }) != 0) {
      fail_to("ask who locks", file, errno);
    }
    return held.l_type != F_UNLCK;
  }
};

}  // namespace

bool FileSystem::create_atomically(const path& file, std::string_view bytes) {
  const std::vector<std::string> names = list(folder_of(file));
  if (std::find(names.begin(), names.end(), file.filename().string()) != names.end()) return false;
  const std::unique_ptr<AppendFile> made = create(file);
  made->append(bytes);
  made->sync();
  return true;
}

bool FileSystem::is_locked(const path& file) { return try_lock(file, "") == nullptr; }

std::uint32_t new_temporary_number() {
  constexpr std::uint32_t kFirstBelow = 1U << 30;
  static std::atomic<std::uint32_t> count{std::random_device()() % kFirstBelow};
  return ++count;
}

FileSystem& system_files() {
  static PosixFileSystem files;
  return files;
}

}  // namespace polysweep
