// A file system in memory that can refuse: for tests that need thousands of
// damaged journals, or a disk that fails at the N-th call.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "framework/core/file_system.h"

namespace polysweep {

class MemoryFiles : public FileSystem {
 public:
  std::map<std::string, std::string> content;  // by path
  std::map<std::string, std::string> durable;  // as of the last sync
  // Which call to append(), sync() or create() fails with "No space left on
  // device", counted from 1; half of an append is written then. 0: none.
  int failing_append = 0;
  int failing_sync = 0;
  int failing_create = 0;

  std::unique_ptr<AppendFile> create(const std::filesystem::path& path) override;
  std::string read(const std::filesystem::path& path) override;
  std::string read_range(const std::filesystem::path& path, std::uint64_t offset,
                         std::size_t size) override;
  void replace(const std::filesystem::path& path, std::string_view bytes) override;
  void create_folders(const std::filesystem::path&) override {}
  std::vector<std::string> list(const std::filesystem::path& folder) override;
  std::unique_ptr<FileLock> try_lock(const std::filesystem::path& path,
                                     std::string_view note) override;

 private:
  class File;
  class Lock;
  const std::string& at(const std::filesystem::path& path) const;

  int appends_ = 0;
  int syncs_ = 0;
  int creates_ = 0;
  std::set<std::string> locked_;
};

}  // namespace polysweep
