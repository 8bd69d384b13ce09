#include "runners/code/working_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "framework/core/digest.h"
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
constexpr std::int64_t kSmallFile = 16 * 1024 * 1024;   // is copied
constexpr std::int64_t kMostCopied = 64 * 1024 * 1024;  // in one mirror
constexpr std::size_t kMostMirrored = 2000;             // entries above the root, but for links
constexpr std::size_t kMostWrittenTo = 5;               // named in findings
constexpr std::int64_t kTimeResolution_ns = 100'000'000;
constexpr std::size_t kMostWatched = 256;  // entries of a linked folder
constexpr const char* kBytecode = "__pycache__";
constexpr const char* kPart = ".polysweep-part";  // a copy that is being made

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

// In one step: a copy that a kill cut short must not look like a file that an attempt left.
// On a full disk std::filesystem::copy_file may stop early without an error.
void copy_to(const std::string& from, const std::string& path, const timespec& mtime) {
  const std::string part = path + kPart;
  std::error_code wrong;
  fs::copy_file(from, part, fs::copy_options::overwrite_existing, wrong);
  if (!wrong && fs::file_size(part, wrong) != fs::file_size(from, wrong) && !wrong) {
    wrong = std::make_error_code(std::errc::no_space_on_device);
  }
  if (!wrong) {
    const timespec times[2] = {{0, UTIME_NOW}, mtime};
    utimensat(AT_FDCWD, part.c_str(), times, 0);
    fs::rename(part, path, wrong);
  }
  if (!wrong) return;
  unlink(part.c_str());
  fail("cannot copy {} to {}: {}", from, path, wrong.message());
}

// When the folder or one of its first entries was changed last.
std::int64_t last_change_ns(const std::string& folder) {
  struct stat facts {};
  if (stat(folder.c_str(), &facts) != 0) return 0;
  std::int64_t latest = ns_of(facts.st_mtim);
  std::error_code none;
  std::size_t count = 0;
  for (fs::directory_iterator at(folder, none), end; !none && at != end && count < kMostWatched;
       at.increment(none), ++count) {
    if (lstat(at->path().c_str(), &facts) == 0) latest = std::max(latest, ns_of(facts.st_mtim));
  }
  return latest;
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

// A folder at `path`, whatever a program put there.
void make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0) return;
  struct stat there {};
  if (errno != EEXIST || lstat(path.c_str(), &there) != 0) fail_making(path);
  if (S_ISDIR(there.st_mode)) return;
  if (unlink(path.c_str()) != 0 || mkdir(path.c_str(), 0777) != 0) fail_making(path);
}

}  // namespace

WorkingFolder::WorkingFolder(const CommandSpec& command, fs::path store)
    : command_(command), store_(fs::weakly_canonical(store)) {
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
  is_repository_ = access((top_ / ".git").c_str(), F_OK) == 0;
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
    std::error_code none;
    if (fs::is_regular_file(root / output, none)) continue;
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
  link_large_files();
}

// Copies that would be too much together are links: those above the root first.
void WorkingFolder::link_large_files() {
  std::int64_t copied = 0;
  for (const bool below : {true, false}) {
    for (Entry& entry : entries_) {
      if (entry.kind != Kind::kCopy || entry.path.starts_with(prefix_) != below) continue;
      const std::int64_t size = std::max<std::int64_t>(0, facts_of(entry.target).size);
      if (copied + size <= kMostCopied) {
        copied += size;
        continue;
      }
      entry.kind = Kind::kLink;
      entry.is_watched = !is_edited_by_people(fs::path(entry.path).filename().string());
    }
  }
}

// What lies beside the way from `folder` down to the root.
void WorkingFolder::plan_above(const fs::path& folder, const std::string& relative) {
  const std::size_t begin = relative.empty() ? 0 : relative.size() + 1;
  if (begin >= prefix_.size()) return;
  const std::string next = prefix_.substr(begin, prefix_.find('/', begin) - begin);
  struct stat facts {};
  seen_.push_back({folder.string(), stat(folder.c_str(), &facts) == 0 ? ns_of(facts.st_mtim) : 0});
  for (const std::string& name : names_in(folder)) {
    if (name == next || holds_store(folder / name)) continue;
    // Beside a folder that is in no repository lies anything, such as a home folder.
    if (is_repository_) {
      plan_beside(folder / name, joined(relative, name));
    } else {
      plan_link(folder / name, joined(relative, name), entries_);
    }
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
  plan_beside(original, prefix_ + relative);
}

// A folder of a few entries is one of its own.
void WorkingFolder::plan_beside(const fs::path& original, const std::string& relative) {
  std::error_code unknown;
  const bool is_folder = fs::is_directory(fs::symlink_status(original, unknown));
  const bool is_hidden = original.filename().native().starts_with(".");
  std::vector<Entry> small;
  if (is_folder && !is_hidden && entries_.size() < kMostMirrored &&
      plan_small(original, relative, 1, small)) {
    entries_.insert(entries_.end(), small.begin(), small.end());
  } else {
    plan_file(original, relative, entries_);
  }
}

// False where the folder has more than a few entries.
bool WorkingFolder::plan_small(const fs::path& folder, const std::string& relative, int depth,
                               std::vector<Entry>& into) {
  if (depth > kSmallDepth || !has_at_most(folder, kSmallFolder)) return false;
  struct stat facts {};
  seen_.push_back({folder.string(), stat(folder.c_str(), &facts) == 0 ? ns_of(facts.st_mtim) : 0});
  into.push_back({relative, Kind::kFolder, "", 0, false});
  for (const std::string& name : names_in(folder)) {
    if (name == kBytecode) continue;
    const fs::path original = folder / name;
    std::error_code unknown;
    if (fs::is_directory(fs::symlink_status(original, unknown)) && !name.starts_with(".")) {
      if (!plan_small(original, joined(relative, name), depth + 1, into)) return false;
    } else {
      plan_file(original, joined(relative, name), into);
    }
    if (into.size() > kSmallFolder) return false;
  }
  return true;
}

void WorkingFolder::plan_file(const fs::path& original, const std::string& relative,
                              std::vector<Entry>& into) const {
  struct stat facts {};
  const bool is_small =
      lstat(original.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size <= kSmallFile;
  if (!is_small || access(original.c_str(), R_OK) != 0) {
    return plan_link(original, relative, into);
  }
  into.push_back({relative, Kind::kCopy, original.string(), 0, false});
}

void WorkingFolder::plan_link(const fs::path& original, const std::string& relative,
                              std::vector<Entry>& into) const {
  std::error_code unknown;
  // Above a root that is in no repository lies anything, which changes by itself.
  const bool is_below = relative.starts_with(prefix_);
  const bool is_watched =
      ((is_below && fs::is_directory(original, unknown)) ||
       ((is_below || is_repository_) && fs::is_regular_file(original, unknown))) &&
      !is_edited_by_people(original.filename().string());
  into.push_back({relative, Kind::kLink, original.string(), 0, is_watched});
}

WorkingFolder::CopyFacts WorkingFolder::facts_of(const std::string& path) {
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  return {facts.st_size, ns_of(facts.st_mtim), 0, 0};
}

WorkingFolder::CopyFacts WorkingFolder::code_facts(const std::string& path) {
  struct stat facts {};
  if (lstat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
  return {facts.st_size, ns_of(facts.st_mtim), ns_of(facts.st_ctim), facts.st_ino};
}

// The facts of the original. A file that an earlier attempt left there stays.
WorkingFolder::CopyFacts WorkingFolder::copy_file(const Entry& entry,
                                                  const std::string& path) const {
  const CopyFacts facts = facts_of(entry.target);
  struct stat there {};
  if (facts.size < 0 || lstat(path.c_str(), &there) == 0) return facts;
  copy_to(entry.target, path,
          {static_cast<time_t>(facts.mtime_ns / 1'000'000'000), facts.mtime_ns % 1'000'000'000});
  return facts;
}

bool WorkingFolder::are_copies_current() const {
  return std::all_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.kind != Kind::kCopy || facts_of(entry.target) == entry.made;
  });
}

bool WorkingFolder::holds_store(const fs::path& folder) const {
  struct stat facts {};
  if (lstat(folder.c_str(), &facts) != 0 || S_ISREG(facts.st_mode)) return false;
  std::error_code wrong;
  const fs::path real = fs::canonical(folder, wrong);
  if (wrong) return false;
  const auto ends = std::mismatch(real.begin(), real.end(), store_.begin(), store_.end());
  return ends.first == real.end();
}

// Once as long as the object is not touched: reading its content again costs too much.
void WorkingFolder::verify(const Entry& entry, const std::string& object) {
  const InputFile& file = command_.files[entry.file];
  verified_.resize(command_.files.size());
  const CopyFacts facts = code_facts(object);
  if (facts.size < 0) {
    fail(
        "the snapshot {} of the code is missing in {} (its file {}); `polysweep run` makes it "
        "again if the code is still the same",
        command_.code_digest().substr(0, 12), snapshots_folder(store_).string(), file.path);
  }
  if (facts == verified_[entry.file]) return;
  if (sha256_hex_of_file(object) != file.sha256) {
    fail("{} is not {} of snapshot {} any more: its content was altered in the store", object,
         file.path, command_.code_digest().substr(0, 12));
  }
  verified_[entry.file] = facts;
}

// A file that an earlier attempt left in its place is replaced.
WorkingFolder::CopyFacts WorkingFolder::copy_code(const Entry& entry, const std::string& path) {
  const std::string object = code_object(store_, command_.files[entry.file]).string();
  verify(entry, object);
  std::error_code wrong;
  fs::remove_all(path, wrong);
  copy_to(object, path, {object_time_s(command_.files[entry.file]), 0});
  return code_facts(path);
}

// What linked files are like before an attempt.
void WorkingFolder::note_links() {
  before_.clear();
  for (const Entry& entry : entries_) {
    if (!entry.is_watched || entry.kind != Kind::kLink) continue;
    struct stat facts {};
    if (stat(entry.target.c_str(), &facts) != 0) facts = {};
    const bool is_folder = S_ISDIR(facts.st_mode);
    before_.push_back({is_folder ? 0 : std::int64_t{facts.st_size},
                       is_folder ? last_change_ns(entry.target) : ns_of(facts.st_mtim)});
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
    if (entry.kind == Kind::kCopy && facts_of(path) != entry.made) return false;
    if (entry.kind == Kind::kCode && code_facts(path) != entry.made) return false;
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
    if (!entry.is_watched || entry.kind != Kind::kLink || before == before_.end()) continue;
    const LinkFacts& then = *before++;
    struct stat facts {};
    if (stat(entry.target.c_str(), &facts) != 0) continue;
    const bool is_same = S_ISDIR(facts.st_mode)
                             ? last_change_ns(entry.target) == then.mtime_ns
                             : facts.st_size == then.size && ns_of(facts.st_mtim) == then.mtime_ns;
    if (!is_same && out.size() < kMostWrittenTo) {
      // "../large.bin" for one above the sweep's folder.
      out.push_back(entry.path.starts_with(prefix_)
                        ? entry.path.substr(prefix_.size())
                        : fs::path(entry.path).lexically_relative(prefix_).generic_string());
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
  if (is_kept && is_current() && are_copies_current()) return note_links();
  if (is_kept) fs::remove_all(folder);
  if (!is_current()) plan();
  make_folder(top);
  for (Entry& entry : entries_) {
    const std::string path = top + "/" + entry.path;
    switch (entry.kind) {
      case Kind::kFolder:
        make_folder(path);
        break;
      case Kind::kCode:
        entry.made = copy_code(entry, path);
        break;
      case Kind::kCopy:
        entry.made = copy_file(entry, path);
        break;
      case Kind::kLink:
        if (symlink(entry.target.c_str(), path.c_str()) != 0 && errno != EEXIST) fail_making(path);
    }
  }
  note_links();
  note_folders(top);
}

// A file whose time of change is another may still have its content.
bool WorkingFolder::is_intact(const Entry& entry, const std::string& path) const {
  const CopyFacts facts = code_facts(path);
  if (facts == entry.made) return true;
  if (facts.size != entry.made.size) return false;
  try {
    return sha256_hex_of_file(path) == command_.files[entry.file].sha256;
  } catch (const Error&) {
    return false;
  }
}

// False where it was altered: then it stays, to be looked at. A file that is gone did no harm
// to what ran.
bool WorkingFolder::remove_code(const Entry& entry, const std::string& path) const {
  struct stat there {};
  if (lstat(path.c_str(), &there) != 0) return true;
  if (!is_intact(entry, path)) return false;
  unlink(path.c_str());
  return true;
}

// Per entry: whether all folders above it in the mirror are folders, not what a program put
// in their place.
std::vector<bool> WorkingFolder::real_parents(const std::string& top) const {
  const auto is_folder = [](const std::string& path) {
    struct stat facts {};
    return lstat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
  };
  std::set<std::string> real;
  if (is_folder(top)) real.insert(top);
  std::vector<bool> out;
  for (const Entry& entry : entries_) {
    const std::string path = top + "/" + entry.path;
    const bool has_parent = real.contains(path.substr(0, path.rfind('/')));
    out.push_back(has_parent);
    if (entry.kind == Kind::kFolder && has_parent && is_folder(path)) real.insert(path);
  }
  return out;
}

WorkingFolder::Findings WorkingFolder::clear(const fs::path& folder) {
  Findings findings;
  findings.written_to = written_to();
  const std::string top = folder.string();
  const std::vector<bool> has_parent = real_parents(top);
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    const std::string path = top + "/" + entry->path;
    if (!has_parent[static_cast<std::size_t>(entries_.rend() - entry) - 1]) {
      if (entry->kind == Kind::kCode) findings.altered = command_.files[entry->file].path;
      continue;
    }
    switch (entry->kind) {
      case Kind::kFolder: {
        struct stat facts {};
        if (lstat(path.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode)) break;
        std::error_code none;
        fs::remove_all(path + "/" + kBytecode, none);
        rmdir(path.c_str());
        break;
      }
      case Kind::kCode:
        if (!remove_code(*entry, path)) findings.altered = command_.files[entry->file].path;
        break;
      case Kind::kCopy:
        // What the attempt wrote stays.
        if (facts_of(path) == entry->made) unlink(path.c_str());
        break;
      case Kind::kLink: {
        std::error_code none;
        if (fs::read_symlink(path, none) == entry->target && !none) unlink(path.c_str());
      }
    }
  }
  struct stat facts {};
  if (lstat(top.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) {
    std::error_code none;
    fs::remove_all(top + "/" + kBytecode, none);
    rmdir(top.c_str());
  }
  before_.clear();
  made_ns_.clear();
  return findings;
}

}  // namespace polysweep
