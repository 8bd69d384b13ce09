#include "runners/store/removable_files.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string>

#include "framework/core/error.h"
#include "runners/store/store_layout.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".tmp";
constexpr std::string_view kNewDatabase = "polysweep.db.new-";

// Names and kinds of what is in a folder; empty where there is none.
std::vector<fs::directory_entry> entries_of(const fs::path& folder) {
  std::vector<fs::directory_entry> out;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, none)) {
    out.push_back(entry);
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool is_folder(const fs::directory_entry& entry) {
  return entry.symlink_status().type() == fs::file_type::directory;
}

std::uint64_t bytes_of(const fs::directory_entry& entry) {
  if (entry.symlink_status().type() == fs::file_type::regular) return entry.file_size();
  if (!is_folder(entry)) return 0;
  std::uint64_t bytes = 0;
  for (const fs::directory_entry& each : entries_of(entry.path())) bytes += bytes_of(each);
  return bytes;
}

// The number at the beginning of `text`, which is cut off; empty where there is none.
std::optional<pid_t> take_number(std::string_view& text) {
  pid_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || number <= 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

// NAME.<pid>-<count>.tmp, as FileSystem::replace makes it, or a database that was
// being made again, polysweep.db.new-<pid>: the process, if it is one of these.
std::optional<pid_t> maker_of_temporary(std::string_view name) {
  std::optional<pid_t> pid;
  if (name.starts_with(kNewDatabase)) {
    name.remove_prefix(kNewDatabase.size());
    pid = take_number(name);
    return name.empty() || name.front() == '-' ? pid : std::nullopt;
  }
  if (!name.ends_with(kTemporary)) return std::nullopt;
  name.remove_suffix(kTemporary.size());
  name.remove_prefix(std::min(name.size(), name.rfind('.') + 1));
  pid = take_number(name);
  if (!pid || !name.starts_with('-')) return std::nullopt;
  name.remove_prefix(1);
  return take_number(name) && name.empty() ? pid : std::nullopt;
}

bool is_left_temporary(const fs::directory_entry& entry) {
  if (entry.symlink_status().type() != fs::file_type::regular) return false;
  const std::optional<pid_t> maker = maker_of_temporary(entry.path().filename().string());
  return maker && kill(*maker, 0) != 0 && errno == ESRCH;
}

// What experiments of our own and programs keep their state in.
bool is_checkpoint(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  if (is_folder(entry)) return name == checkpoint_folder("").filename();
  if (entry.symlink_status().type() != fs::file_type::regular) return false;
  return name.ends_with(".psc") || name.ends_with(".checkpoint");
}

bool is_parameters(const fs::directory_entry& entry) {
  return entry.path().filename() == parameters_path("").filename();
}

class Search {
 public:
  explicit Search(const NeedsNoCheckpoint& needs_no_checkpoint)
      : needs_no_checkpoint_(needs_no_checkpoint) {}

  void temporaries(const fs::path& folder) {
    for (const fs::directory_entry& entry : entries_of(folder)) {
      if (is_left_temporary(entry)) add(entry, RemovableKind::kTemporaryFile);
    }
  }

  // STORE/trials, with folders of two digits and spare ones.
  void trials(const fs::path& folder) {
    for (const fs::directory_entry& entry : entries_of(folder)) {
      if (!is_folder(entry)) continue;
      if (entry.path().filename().string().starts_with(kSpareFolderPrefix)) {
        add(entry, RemovableKind::kSpareFolder);
        continue;
      }
      for (const fs::directory_entry& trial : entries_of(entry.path())) {
        if (is_folder(trial)) of_trial(trial);
      }
    }
  }

  std::vector<RemovableFile> take() { return std::move(found_); }

 private:
  void add(const fs::directory_entry& entry, RemovableKind kind) {
    found_.push_back({entry.path(), kind, bytes_of(entry)});
  }

  void of_trial(const fs::directory_entry& folder) {
    const std::string name = folder.path().filename().string();
    const bool is_id = name.size() == 32 && name.find_first_not_of("0123456789abcdef") == name.npos;
    if (!is_id) return;
    const std::vector<fs::directory_entry> all = entries_of(folder.path());
    const bool done = needs_no_checkpoint_(TrialId::from_hex(name));
    const auto goes = [done](const fs::directory_entry& entry) {
      return is_left_temporary(entry) || (done && (is_checkpoint(entry) || is_parameters(entry)));
    };
    if (done && std::all_of(all.begin(), all.end(), goes)) {
      add(folder, RemovableKind::kTrialFolder);
      return;
    }
    for (const fs::directory_entry& entry : all) {
      if (is_left_temporary(entry)) add(entry, RemovableKind::kTemporaryFile);
      // The parameters stay with what the program has written beside them.
      if (done && is_checkpoint(entry)) add(entry, RemovableKind::kCheckpoint);
    }
  }

  const NeedsNoCheckpoint& needs_no_checkpoint_;
  std::vector<RemovableFile> found_;
};

}  // namespace

std::string_view removable_kind_name(RemovableKind kind) {
  switch (kind) {
    case RemovableKind::kCheckpoint:
      return "checkpoint";
    case RemovableKind::kTrialFolder:
      return "trial folder";
    case RemovableKind::kSpareFolder:
      return "spare folder";
    case RemovableKind::kTemporaryFile:
      return "temporary file";
  }
  check(false, "waste is of a known kind");
  return {};
}

std::vector<RemovableFile> find_removable_files(const fs::path& store,
                                                const NeedsNoCheckpoint& needs_no_checkpoint) {
  Search search(needs_no_checkpoint);
  search.temporaries(store);
  for (const char* name : {"claims", "commands"}) search.temporaries(store / name);
  for (const fs::directory_entry& host : entries_of(store / "journal")) {
    if (is_folder(host)) search.temporaries(host.path());
  }
  search.trials(store / "trials");
  std::vector<RemovableFile> found = search.take();
  std::sort(found.begin(), found.end(),
            [](const RemovableFile& a, const RemovableFile& b) { return a.path < b.path; });
  return found;
}

void remove_from_store(const RemovableFile& waste) {
  std::error_code wrong;
  fs::remove_all(waste.path, wrong);
  if (wrong) fail("cannot remove {}: {}", waste.path.string(), wrong.message());
  if (waste.kind != RemovableKind::kTrialFolder) return;
  // The folder of two digits, where this was the last in it.
  std::error_code not_empty;
  fs::remove(waste.path.parent_path(), not_empty);
}

}  // namespace polysweep
