// The file operations on which durability rests, through one seam, so that
// tests can make each of them fail.
//
// Every failure throws Error with the operation, the path and the system's
// reason.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

// A file being appended to. Closed by its destructor without a sync.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  // Writes all of `bytes` at the end (short writes and EINTR are gone on with).
  virtual void append(std::string_view bytes) = 0;
  // Makes all appended bytes durable. After a failure the file is dead: every
  // later call throws, since the system may have dropped the pages.
  virtual void sync() = 0;
};

// An exclusive advisory lock on a file (fcntl, of the open file description);
// released by the destructor or the process's end, however it ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // Creates a file that must not exist yet; its name is durable (folder synced).
  virtual std::unique_ptr<AppendFile> create(const std::filesystem::path& path) = 0;
  virtual std::string read(const std::filesystem::path& path) = 0;
  // Up to `size` bytes from `offset`; fewer only at the end of the file.
  virtual std::string read_range(const std::filesystem::path& path, std::uint64_t offset,
                                 std::size_t size) = 0;
  // Called where a file that another process may be writing holds bytes that make
  // no sense: over a network, parts of an append can be seen (as zeros) before
  // those in front of them. Lets some time pass; false where that is of no use.
  virtual bool wait_for_writes() { return false; }
  // Replaces `path` in one step: unique temporary name, sync, rename, sync of
  // the folder. A reader sees the old content or the new one.
  virtual void replace(const std::filesystem::path& path, std::string_view bytes) = 0;
  // Makes `path` with all of `bytes` in one step, durably; false, and nothing is
  // changed, where it exists. Of several processes that try, on one machine or
  // over a network file system, exactly one succeeds (a hard link to a finished
  // file). The default is not one step: for file systems of tests.
  virtual bool create_whole(const std::filesystem::path& path, std::string_view bytes);
  virtual void create_folders(const std::filesystem::path& path) = 0;
  // Names (not paths) in a folder, sorted; empty where there is no folder.
  virtual std::vector<std::string> list(const std::filesystem::path& folder) = 0;
  // Empty if another process holds it. `note` is written into the file, so that
  // others can say who holds it.
  virtual std::unique_ptr<FileLock> try_lock(const std::filesystem::path& path,
                                             std::string_view note) = 0;
  // Whether some process holds that lock; asking disturbs nobody.
  virtual bool is_locked(const std::filesystem::path& path);
};

// The real one (POSIX). Lives as long as the program.
FileSystem& system_files();

}  // namespace polysweep
