// The file operations that durability depends on, through one interface, so
// that tests can make each of them fail.
//
// Every failure throws Error with the operation, the path and the system's
// reason.
#pragma once

#include <cstdint>
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
  // Writes all of `bytes` at the end (continues after short writes and EINTR).
  virtual void append(std::string_view bytes) = 0;
  // Makes all appended bytes durable. After a failure the file is dead: every
  // later call throws, since the system may have dropped the pages.
  virtual void sync() = 0;
};

// An exclusive advisory lock on a file (fcntl, of the open file description);
// released by the destructor or by the end of the process, whatever ends it.
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
  // To be called if a file that another process may be writing holds invalid
  // bytes: over a network, parts of an append can be visible (as zeros) before
  // the parts in front of them. Waits a little; false if waiting cannot help.
  virtual bool wait_for_writes() { return false; }
  // Replaces `path` in one step: unique temporary name, sync, rename, sync of
  // the folder. A reader sees the old content or the new one.
  virtual void replace(const std::filesystem::path& path, std::string_view bytes) = 0;
  // Creates `path` with all of `bytes` in one step, durably; false, without any
  // change, if it exists. Of several processes that try, on one machine or
  // over a network file system, exactly one succeeds (a hard link to a finished
  // file). The default is not one step: for file systems of tests.
  virtual bool create_atomically(const std::filesystem::path& path, std::string_view bytes);
  virtual void create_folders(const std::filesystem::path& path) = 0;
  // Names (not paths) in a folder, sorted; empty if there is no such folder.
  virtual std::vector<std::string> list(const std::filesystem::path& folder) = 0;
  // Empty if another process holds it. `note` is written into the file, so that
  // others can say who holds it.
  virtual std::unique_ptr<FileLock> try_lock(const std::filesystem::path& path,
                                             std::string_view note) = 0;
  // Whether some process holds that lock, without trying to take it.
  virtual bool is_locked(const std::filesystem::path& path);
};

// For the name of a temporary file, beside the process number: processes of two machines
// may have the same number, so each process starts at a random one.
std::uint32_t new_temporary_number();

// The real one (POSIX), valid until the program ends.
FileSystem& system_files();

}  // namespace polysweep
