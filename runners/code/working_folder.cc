#include "runners/code/working_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "framework/core/error.h"
#include "runners/code/code_files.h"
#include "runners/code/code_snapshot.h"

namespace polysweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostAbove = 256;  // entries of a folder above the root
constexpr int kMostLevelsAbove = 8;
constexpr std::size_t kSmallFolder = 64;  // entries of a folder that is not linked as one
constexpr int kSmallDepth = 4;
constexpr std::size_t kMostWrittenTo = 5;  // named in findings
constexpr std::int64_t kTimeResolution_ns = 100'000'000;
constexpr const char* kBytecode = "__pycache__";

std::int64_t ns_of(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

// Names in a folder, sorted; empty for none.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code none;
  for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none)) {
    out.push_back(at->path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool has_at_most(const fs::path& folder, std::size_t count) {
  std::error_code none;
  for (fs::directory_iterator at(folder, none), end; !none && at != end; at.increment(none)) {
    if (count-- == 0) return false;
  }
  return !none;
}

// The root of the git work tree, else the folder above; the root where that is large.
fs::path top_of(const fs::path& root) {
  fs::path top = root;
  for (int level = 0; level <= kMostLevelsAbove; ++level) {
    if (access((top / ".git").c_str(), F_OK) == 0) return top;
    const fs::path above = top.parent_path();
    if (above == top || above == above.root_path() || !has_at_most(above, kMostAbove)) break;
    top = above;
  }
  const fs::path above = root.parent_path();
  const bool is_small = above != above.root_path() && has_at_most(above, kMostAbove);
  return is_small ? above : root;
}

// Documents and sources may be edited while a trial runs.
bool is_edited_by_people(const std::string& name) {
  return name.starts_with(".") || name.ends_with(".toml") || name.ends_with(".md") ||
         name.ends_with(".rst") || name.ends_with("~") || is_source_name(name);
}

[[noreturn]] void fail_making(const std::string& path) {
  fail("cannot make {}: {}", path, std::strerror(errno));
}

void copy_code(const fs::path& object, const std::string& path) {
  std::error_code wrong;
  fs::copy_file(object, path, wrong);
  if (wrong) fail("cannot copy {} to {}: {}", object.string(), path, wrong.message());
  struct stat facts {};
  stat(object.c_str(), &facts);
  const timespec times[2] = {{0, UTIME_NOW}, facts.st_mtim};
  utimensat(AT_FDCWD, path.c_str(), times, 0);
}

}  // namespace

WorkingFolder::WorkingFolder(const CommandSpec& command, fs::path store)
    : command_(command), store_(std::move(store)) {
  const auto add_folders_of = [this](const std::string& path) {
    for (std::size_t end = path.rfind('/'); end != std::string::npos && end > 0;
         end = path.rfind('/', end - 1)) {
      code_folders_.insert(path.substr(0, end));
    }
  };
  for (const InputFile& file : command.files) {
    if (fs::path(file.path).is_absolute()) continue;
    code_files_.insert(file.path);
    add_folders_of(file.path);
  }
  const std::string& sweep = command.code.sweep_in_root;
  if (sweep != ".") add_folders_of(sweep + "/");
  for (const std::string& output : command.code.outputs) {
    std::string path = sweep == "." ? output : sweep + "/" + output;
    if (path.ends_with("/")) path.pop_back();
    add_folders_of(path);
    outputs_.insert(path);
  }
  top_ = top_of(command.code.root);
  const std::string below = fs::path(command.code.root).lexically_relative(top_).string();
  if (below != ".") prefix_ = below + "/";
}

fs::path WorkingFolder::sweep_folder(const fs::path& folder) {
  return (folder / prefix_ / command_.code.sweep_in_root).lexically_normal();
}

bool WorkingFolder::is_current() const {
  return !seen_.empty() && std::all_of(seen_.begin(), seen_.end(), [](const Seen& seen) {
    struct stat facts {};
    const bool is_there = stat(seen.folder.c_str(), &facts) == 0;
    return (is_there ? ns_of(facts.st_mtim) : 0) == seen.mtime_ns;
  });
}

void WorkingFolder::plan() {
  entries_.clear();
  seen_.clear();
  const fs::path root = command_.code.root;
  for (std::size_t end = prefix_.find('/'); end != std::string::npos;
       end = prefix_.find('/', end + 1)) {
    entries_.push_back({prefix_.substr(0, end), Kind::kFolder, "", 0, false});
  }
  for (const std::string& folder : code_folders_) {
    entries_.push_back({prefix_ + folder, Kind::kFolder, "", 0, false});
  }
  for (const std::string& output : outputs_) {
    entries_.push_back({prefix_ + output, Kind::kFolder, "", 0, false});
  }
  if (!prefix_.empty()) plan_above(top_, "");
  plan_code_folder("");
  for (const std::string& folder : code_folders_) plan_code_folder(folder);
  for (std::size_t i = 0; i < command_.files.size(); ++i) {
    const std::string& path = command_.files[i].path;
    if (!fs::path(path).is_absolute()) {
      entries_.push_back({prefix_ + path, Kind::kCode, "", i, false});
    }
  }
}

// Links what lies beside the way from `folder` down to the root.
void WorkingFolder::plan_above(const fs::path& folder, const std::string& relative) {
  const std::size_t begin = relative.empty() ? 0 : relative.size() + 1;
  if (begin >= prefix_.size()) return;
  const std::string next = prefix_.substr(begin, prefix_.find('/', begin) - begin);
  struct stat facts {};
  seen_.push_back({folder.string(), stat(folder.c_str(), &facts) == 0 ? ns_of(facts.st_mtim) : 0});
  for (const std::string& name : names_in(folder)) {
    if (name == next || holds_store(folder / name)) continue;
    entries_.push_back({joined(relative, name), Kind::kLink, (folder / name).string(), 0, false});
  }
  plan_above(folder / next, joined(relative, next));
}

void WorkingFolder::plan_code_folder(const std::string& relative) {
  const fs::path folder = fs::path(command_.code.root) / relative;
  struct stat facts {};
  seen_.push_back({folder.string(), stat(folder.c_str(), &facts) == 0 ? ns_of(facts.st_mtim) : 0});
  for (const std::string& name : names_in(folder)) {
    const std::string path = joined(relative, name);
    const bool is_made = code_files_.contains(path) || code_folders_.contains(path) ||
                         outputs_.contains(path) || name == kBytecode;
    if (!is_made) plan_other(folder / name, path);
  }
}

void WorkingFolder::plan_other(const fs::path& original, const std::string& relative) {
  if (holds_store(original)) {
    entries_.push_back({prefix_ + relative, Kind::kFolder, "", 0, false});
    return;
  }
  std::error_code unknown;
  const fs::file_status status = fs::symlink_status(original, unknown);
  const bool is_hidden = original.filename().native().starts_with(".");
  std::vector<Entry> small;
  if (fs::is_directory(status) && !is_hidden &&
      plan_small(original, prefix_ + relative, 1, small)) {
    entries_.insert(entries_.end(), small.begin(), small.end());
  } else {
    plan_link(original, prefix_ + relative, entries_);
  }
}

// False where the folder has more than a few entries.
bool WorkingFolder::plan_small(const fs::path& folder, const std::string& relative, int depth,
                               std::vector<Entry>& into) const {
  if (depth > kSmallDepth || !has_at_most(folder, kSmallFolder)) return false;
  into.push_back({relative, Kind::kFolder, "", 0, false});
  for (const std::string& name : names_in(folder)) {
    if (name == kBytecode) continue;
    const fs::path original = folder / name;
    std::error_code unknown;
    if (fs::is_directory(fs::symlink_status(original, unknown)) && !name.starts_with(".")) {
      if (!plan_small(original, joined(relative, name), depth + 1, into)) return false;
    } else {
      plan_link(original, joined(relative, name), into);
    }
    if (into.size() > kSmallFolder) return false;
  }
  return true;
}

void WorkingFolder::plan_link(const fs::path& original, const std::string& relative,
                              std::vector<Entry>& into) const {
  std::error_code unknown;
  const bool is_watched =
      fs::is_regular_file(original, unknown) && !is_edited_by_people(original.filename().string());
  into.push_back({relative, Kind::kLink, original.string(), 0, is_watched});
}

bool WorkingFolder::holds_store(const fs::path& folder) const {
  const auto ends = std::mismatch(folder.begin(), folder.end(), store_.begin(), store_.end());
  return ends.first == folder.end();
}

void WorkingFolder::link_code(const Entry& entry, const std::string& path) const {
  const fs::path object = code_object(store_, command_.files[entry.file]);
  if (link(object.c_str(), path.c_str()) == 0) return;
  if (errno == EEXIST) {
    struct stat there {};
    struct stat facts {};
    if (lstat(path.c_str(), &there) == 0 && stat(object.c_str(), &facts) == 0 &&
        there.st_ino == facts.st_ino) {
      return;
    }
    // An earlier attempt replaced its code.
    std::error_code wrong;
    fs::remove_all(path, wrong);
    if (link(object.c_str(), path.c_str()) == 0) return;
  }
  if (errno == ENOENT) {
    fail(
        "the snapshot {} of the code is missing in {} (its file {}); `polysweep run` makes it "
        "again if the code is still the same",
        command_.code_digest().substr(0, 12), snapshots_folder(store_).string(),
        command_.files[entry.file].path);
  }
  if (errno != EXDEV && errno != EPERM && errno != EMLINK && errno != ENOTSUP) fail_making(path);
  copy_code(object, path);
}

// What linked files are like before an attempt.
void WorkingFolder::note_links() {
  before_.clear();
  for (const Entry& entry : entries_) {
    if (!entry.is_watched) continue;
    struct stat facts {};
    if (stat(entry.target.c_str(), &facts) != 0) facts = {};
    before_.push_back(facts);
  }
}

void WorkingFolder::note_folders(const std::string& top) {
  struct stat facts {};
  made_ns_.clear();
  inode_ = stat(top.c_str(), &facts) == 0 ? facts.st_ino : 0;
  made_ns_.push_back(ns_of(facts.st_mtim));
  for (const Entry& entry : entries_) {
    if (entry.kind != Kind::kFolder) continue;
    if (stat((top + "/" + entry.path).c_str(), &facts) != 0) facts = {};
    made_ns_.push_back(ns_of(facts.st_mtim));
  }
}

// By its names, links and code.
bool WorkingFolder::is_as_made(const std::string& top) const {
  std::map<std::string, std::size_t> counts = {{top, 0}};
  for (const Entry& entry : entries_) {
    const std::string path = top + "/" + entry.path;
    ++counts[path.substr(0, path.rfind('/'))];
    if (entry.kind == Kind::kFolder) counts[path];
    std::error_code none;
    const bool is_link = entry.kind != Kind::kLink || fs::read_symlink(path, none) == entry.target;
    if (!is_link) return false;
  }
  return std::all_of(counts.begin(), counts.end(), [](const auto& folder) {
    return names_in(folder.first).size() == folder.second;
  });
}

bool WorkingFolder::is_unchanged(const fs::path& folder) const {
  const std::string top = folder.string();
  struct stat facts {};
  std::size_t next = 0;
  const auto is_old = [&](const std::string& path) {
    return stat(path.c_str(), &facts) == 0 && ns_of(facts.st_mtim) == made_ns_[next++];
  };
  if (made_ns_.empty() || !is_old(top)) return false;
  for (const Entry& entry : entries_) {
    const std::string path = top + "/" + entry.path;
    if (entry.kind == Kind::kFolder && !is_old(path)) return false;
    if (entry.kind != Kind::kCode) continue;
    const InputFile& file = command_.files[entry.file];
    if (lstat(path.c_str(), &facts) != 0 || facts.st_mtim.tv_sec != object_time_s(file)) {
      return false;
    }
  }
  // Times tell only what is later than their resolution.
  const bool is_settled =
      started_ns_ - *std::max_element(made_ns_.begin(), made_ns_.end()) > kTimeResolution_ns;
  return is_settled || is_as_made(top);
}

std::vector<std::string> WorkingFolder::written_to() const {
  std::vector<std::string> out;
  auto before = before_.begin();
  for (const Entry& entry : entries_) {
    if (!entry.is_watched || before == before_.end()) continue;
    const struct stat& then = *before++;
    struct stat facts {};
    if (stat(entry.target.c_str(), &facts) != 0) continue;
    const bool is_same =
        facts.st_size == then.st_size && ns_of(facts.st_mtim) == ns_of(then.st_mtim);
    if (!is_same && out.size() < kMostWrittenTo) {
      out.push_back(entry.path.substr(std::min(prefix_.size(), entry.path.size())));
    }
  }
  return out;
}

void WorkingFolder::prepare(const fs::path& folder) {
  const std::string top = folder.string();
  struct stat there {};
  const bool is_kept =
      kept_inode_ != 0 && stat(top.c_str(), &there) == 0 && there.st_ino == kept_inode_;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  started_ns_ = ns_of(now);
  if (is_kept) kept_inode_ = 0;
  if (is_kept && is_current()) return note_links();
  if (is_kept) fs::remove_all(folder);
  if (!is_current()) plan();
  if (mkdir(top.c_str(), 0777) != 0 && errno != EEXIST) fail_making(top);
  for (const Entry& entry : entries_) {
    const std::string path = top + "/" + entry.path;
    switch (entry.kind) {
      case Kind::kFolder:
        if (mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) fail_making(path);
        break;
      case Kind::kCode:
        link_code(entry, path);
        break;
      case Kind::kLink:
        if (symlink(entry.target.c_str(), path.c_str()) != 0 && errno != EEXIST) fail_making(path);
    }
  }
  note_links();
  note_folders(top);
}

// False where its content was altered.
bool WorkingFolder::remove_code(const Entry& entry, const std::string& path) const {
  const InputFile& file = command_.files[entry.file];
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return true;
  const bool is_intact = facts.st_mtim.tv_sec == object_time_s(file);
  const fs::path object = code_object(store_, file);
  struct stat shared {};
  const bool is_shared = stat(object.c_str(), &shared) == 0 && shared.st_ino == facts.st_ino;
  if (is_intact || is_shared) unlink(path.c_str());
  if (is_intact || !is_shared) return true;
  // Nobody may run it again.
  unlink(object.c_str());
  return false;
}

WorkingFolder::Findings WorkingFolder::clear(const fs::path& folder) {
  Findings findings;
  findings.written_to = written_to();
  const std::string top = folder.string();
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const std::string path = top + "/" + entry->path;
    switch (entry->kind) {
      case Kind::kFolder: {
        std::error_code none;
        fs::remove_all(path + "/" + kBytecode, none);
        rmdir(path.c_str());
        break;
      }
      case Kind::kCode:
        if (!remove_code(*entry, path)) findings.altered = command_.files[entry->file].path;
        break;
      case Kind::kLink: {
        std::error_code none;
        if (fs::read_symlink(path, none) == entry->target && !none) unlink(path.c_str());
      }
    }
  }
  std::error_code none;
  fs::remove_all(top + "/" + kBytecode, none);
  rmdir(top.c_str());
  before_.clear();
  made_ns_.clear();
  return findings;
}

}  // namespace polysweep
