#include "tests/support/memory_files.h"

#include "framework/core/error.h"

namespace polysweep {

namespace {

[[noreturn]] void refuse(const char* operation, const std::string& path) {
  fail("cannot {} {}: No space left on device", operation, path);
}

}  // namespace

class MemoryFiles::File : public AppendFile {
 public:
  File(MemoryFiles& files, std::string path) : files_(files), path_(std::move(path)) {}

  void append(std::string_view bytes) override {
    std::string& written = files_.content[path_];
    const bool fails = ++files_.appends_ == files_.failing_append;
    written += bytes.substr(0, fails ? bytes.size() / 2 : bytes.size());
    if (fails) refuse("write", path_);
  }

  void sync() override {
    if (++files_.syncs_ == files_.failing_sync) refuse("sync", path_);
    files_.durable[path_] = files_.content[path_];
  }

 private:
  MemoryFiles& files_;
  std::string path_;
};

class MemoryFiles::Lock : public FileLock {
 public:
  Lock(MemoryFiles& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~Lock() override { files_.locked_.erase(path_); }

 private:
  MemoryFiles& files_;
  std::string path_;
};

std::unique_ptr<AppendFile> MemoryFiles::create(const std::filesystem::path& path) {
  if (++creates_ == failing_create) refuse("create", path.string());
  if (!content.emplace(path.string(), "").second) fail("{} exists", path.string());
  durable[path.string()] = "";
  return std::make_unique<File>(*this, path.string());
}

const std::string& MemoryFiles::at(const std::filesystem::path& path) const {
  const auto found = content.find(path.string());
  if (found == content.end()) fail("cannot open {}: No such file or directory", path.string());
  return found->second;
}

std::string MemoryFiles::read(const std::filesystem::path& path) { return at(path); }

std::string MemoryFiles::read_range(const std::filesystem::path& path, std::uint64_t offset,
                                    std::size_t size) {
  const std::string& file = at(path);
  return offset < file.size() ? file.substr(offset, size) : "";
}

void MemoryFiles::replace(const std::filesystem::path& path, std::string_view bytes) {
  content[path.string()] = bytes;
}

std::vector<std::string> MemoryFiles::list(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& [path, bytes] : content) {
    const std::filesystem::path whole(path);
    if (whole.parent_path() == folder) names.push_back(whole.filename().string());
  }
  return names;
}

std::unique_ptr<FileLock> MemoryFiles::try_lock(const std::filesystem::path& path,
                                                std::string_view note) {
  if (!locked_.insert(path.string()).second) return nullptr;
  content[path.string()] = note;
  return std::make_unique<Lock>(*this, path.string());
}

}  // namespace polysweep
