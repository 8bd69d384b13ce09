#include "runners/store/removable_files.h"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "framework/core/error.h"
#include "framework/worker/checkpoint_file.h"
#include "runners/store/store_layout.h"

namespace polysweep {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".tmp";
constexpr std::string_view kNewDatabase = "polysweep.db.new-";

// The entries of a folder, sorted; empty if there is no such folder.
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

// Removes the number at the start of `text` and returns it; empty if there is none.
std::optional<pid_t> take_number(std::string_view& text) {
  pid_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || number <= 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

// The process that wrote a temporary file: NAME.<pid>-<count>.tmp, as from
// FileSystem::replace, or polysweep.db.new-<pid>, a database being rebuilt. Empty for
// other names.
std::optional<pid_t> writer_of_temporary(std::string_view name) {
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

// Left behind by a process that has ended.
bool is_left_temporary(const fs::directory_entry& entry) {
  if (entry.symlink_status().type() != fs::file_type::regular) return false;
  const std::optional<pid_t> writer = writer_of_temporary(entry.path().filename().string());
  return writer && kill(*writer, 0) != 0 && errno == ESRCH;
}

constexpr std::string_view kReportPrefix = "attempt-";
constexpr std::string_view kReportSuffix = ".metrics";

// Adds the artifacts that a metrics file reports. Those may be missing in the record: the
// attempt never ended, they were refused, or a later attempt started again. A line that
// may name one but cannot be read names the entire folder.
void add_reported(const fs::path& report, std::vector<std::string>& artifacts) {
  std::ifstream lines(report, std::ios::binary);
  if (!lines) artifacts.emplace_back(".");
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"artifact\"") == std::string::npos) continue;
    const nlohmann::json object = nlohmann::json::parse(line, nullptr, false);
    const bool names_one =
        object.is_object() && object.contains("artifact") && object.at("artifact").is_string();
    artifacts.push_back(names_one ? object.at("artifact").get<std::string>() : ".");
  }
}

std::vector<std::string> reported_artifacts(const fs::path& trial_folder) {
  std::vector<std::string> artifacts;
  for (const fs::directory_entry& entry : entries_of(trial_folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kReportPrefix) && name.ends_with(kReportSuffix)) {
      add_reported(entry.path(), artifacts);
    }
  }
  return artifacts;
}

// Files that the record names. A path may lead through symbolic links that a program
// made, so paths are compared with all links resolved.
class RecordedFiles {
 public:
  RecordedFiles(const fs::path& trial_folder, const std::vector<std::string>& artifacts) {
    for (const std::string& artifact : artifacts) {
      std::error_code unresolvable;
      const fs::path path = fs::weakly_canonical(trial_folder / artifact, unresolvable);
      paths_.insert(unresolvable ? (trial_folder / artifact).lexically_normal() : path);
    }
  }

  // Whether the record names `path`, something below it or a folder that contains it.
  bool contains(const fs::path& path) const {
    if (paths_.empty()) return false;
    std::error_code unresolvable;
    const fs::path resolved = fs::weakly_canonical(path, unresolvable);
    if (unresolvable) return true;
    return std::any_of(paths_.begin(), paths_.end(), [&](const fs::path& recorded) {
      const auto differ =
          std::mismatch(resolved.begin(), resolved.end(), recorded.begin(), recorded.end());
      return differ.first == resolved.end() || differ.second == recorded.end();
    });
  }

 private:
  std::set<fs::path> paths_;
};

class Search {
 public:
  explicit Search(const RecordOfTrial& record_of) : record_of_(record_of) {}

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
    RecordedTrial record = record_of_(TrialId::from_hex(name));
    if (record.needs_no_checkpoint && fs::exists(checkpoint_folder(folder.path()))) {
      const auto reported = reported_artifacts(folder.path());
      record.artifacts.insert(record.artifacts.end(), reported.begin(), reported.end());
    }
    const RecordedFiles recorded(folder.path(), record.artifacts);
    const std::size_t before = found_.size();
    bool is_emptied = true;  // but for the parameters
    for (const fs::directory_entry& entry : entries_of(folder.path())) {
      const bool is_parameters = entry.path() == parameters_path(folder.path());
      const bool goes =
          of_entry(entry, record, recorded) || (is_parameters && !recorded.contains(entry.path()));
      is_emptied = is_emptied && goes;
    }
    if (!record.needs_no_checkpoint || !is_emptied) return;
    found_.resize(before);
    add(folder, RemovableKind::kTrialFolder);
  }

  // Finds what can be removed of one entry of a trial's folder; whether that is all
  // of it.
  bool of_entry(const fs::directory_entry& entry, const RecordedTrial& record,
                const RecordedFiles& recorded) {
    const fs::path& path = entry.path();
    const bool is_named = recorded.contains(path);
    if (!is_named && is_left_temporary(entry) && is_checkpoint_name(path.stem().stem())) {
      add(entry, RemovableKind::kTemporaryFile);
      return true;
    }
    if (!record.needs_no_checkpoint) return false;
    if (is_folder(entry) && path == checkpoint_folder(path.parent_path())) {
      return of_checkpoints(entry, recorded);
    }
    if (is_named || !is_checkpoint_file(path)) return false;
    add(entry, RemovableKind::kCheckpoint);
    return true;
  }

  // The checkpoint folder of a program, or one below it.
  bool of_checkpoints(const fs::directory_entry& folder, const RecordedFiles& recorded) {
    if (!recorded.contains(folder.path())) {
      add(folder, RemovableKind::kCheckpoint);
      return true;
    }
    for (const fs::directory_entry& entry : entries_of(folder.path())) {
      if (is_folder(entry)) {
        of_checkpoints(entry, recorded);
      } else if (!recorded.contains(entry.path())) {
        add(entry, RemovableKind::kCheckpoint);
      }
    }
    return false;
  }

  const RecordOfTrial& record_of_;
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
    case RemovableKind::kCode:
      return "code";
  }
  check(false, "a removable file has a known kind");
  return {};
}

std::vector<RemovableFile> find_removable_files(const fs::path& store,
                                                const RecordOfTrial& record_of) {
  Search search(record_of);
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

void remove_from_store(const RemovableFile& file) {
  std::error_code wrong;
  fs::remove_all(file.path, wrong);
  if (wrong) fail("cannot remove {}: {}", file.path.string(), wrong.message());
  if (file.kind != RemovableKind::kTrialFolder) return;
  // The folder of two digits, if this was the last in it.
  std::error_code not_empty;
  fs::remove(file.path.parent_path(), not_empty);
}

}  // namespace polysweep
