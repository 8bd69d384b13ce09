#include "runners/command/trial_folder_pool.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "framework/core/error.h"
#include "runners/process/descriptor.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

// Not truncated first: that would make the file system write it immediately.
void write_file(const fs::path& path, const std::string& content) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  struct stat facts {};
  const auto size = static_cast<ssize_t>(content.size());
  const bool written =
      file.get() >= 0 && pwrite(file.get(), content.data(), content.size(), 0) == size &&
      fstat(file.get(), &facts) == 0 && (facts.st_size <= size || ftruncate(file.get(), size) == 0);
  if (!written) fail("cannot write {}: {}", path.string(), std::strerror(errno));
}

// Whether a folder has no entries other than these names (which may be "").
bool holds_only(const fs::path& folder, std::string_view one, std::string_view other,
                std::string_view third) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), closedir);
  if (entries == nullptr) return false;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && name != one && name != other && name != third) {
      return false;
    }
  }
  return true;
}

}  // namespace

void TrialFolderPool::prepare(const fs::path& trial_folder, const std::string& parameters) {
  check(trial_folder.is_absolute(), "a trial's folder is found from any working folder");
  spare_ = trial_folder.parent_path().parent_path() / (std::string(kSpareFolderPrefix) + name_);
  if (!move_spare_to(trial_folder)) fs::create_directories(checkpoint_folder(trial_folder));
  write_file(parameters_path(trial_folder), parameters + "\n");
}

// False if there is no spare pair, or the folder exists.
bool TrialFolderPool::move_spare_to(const fs::path& trial_folder) {
  // rename() would replace an empty folder.
  if (access(trial_folder.c_str(), F_OK) == 0) return false;
  if (std::rename(spare_.c_str(), trial_folder.c_str()) == 0) return true;
  if (errno != ENOENT || access(spare_.c_str(), F_OK) != 0) return false;
  fs::create_directories(trial_folder.parent_path());
  return std::rename(spare_.c_str(), trial_folder.c_str()) == 0;
}

bool TrialFolderPool::remove_if_unused(const fs::path& trial_folder, std::string_view kept) {
  if (!holds_only(checkpoint_folder(trial_folder), "", "", "") ||
      !holds_only(trial_folder, checkpoint_folder("").native(), parameters_path("").native(),
                  kept)) {
    return false;
  }
  if (std::rename(trial_folder.c_str(), spare_.c_str()) == 0) return true;
  std::error_code gone;
  fs::remove_all(trial_folder, gone);
  return false;
}

void TrialFolderPool::clear() {
  if (spare_.empty()) return;
  // Renamed first: another process might take it meanwhile.
  const fs::path own = spare_.string() + fmt::format("-{}", getpid());
  std::error_code gone;
  if (std::rename(spare_.c_str(), own.c_str()) == 0) fs::remove_all(own, gone);
}

}  // namespace polysweep
