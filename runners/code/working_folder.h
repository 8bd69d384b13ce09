// The folder in which an attempt of a command runs: the sweep's folder as it was when
// the sweep was planned, for one trial alone.
//
// It mirrors the root of the code. Files of code are links to the snapshot's content.
// Folders with code are folders of their own; small other folders are too, so that new
// files in them are the trial's own. Everything else is a symbolic link to the original.
// The folders that `outputs` names, and the store, are empty at first. Above the root
// the mirror goes up to that of the git work tree, else one folder, so that paths with
// ".." resolve.
//
// One attempt at a time; not thread-safe.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "framework/sweep/command_spec.h"

namespace polysweep {

class WorkingFolder {
 public:
  // `command` has a snapshot in `store` and lives as long as this.
  WorkingFolder(const CommandSpec& command, std::filesystem::path store);

  // The sweep's folder in a mirror at `folder`.
  std::filesystem::path sweep_folder(const std::filesystem::path& folder);
  // Makes the mirror; what an earlier attempt wrote there stays. Throws Error, also
  // where the snapshot is missing.
  void prepare(const std::filesystem::path& folder);
  // Removes what prepare() made, and the folder if nothing else is left.
  struct Findings {
    std::string altered;                  // a file of code that the attempt wrote to; "": none
    std::vector<std::string> written_to;  // linked files that changed meanwhile
  };
  Findings clear(const std::filesystem::path& folder);
  // Whether a mirror is as prepare() made it: nothing new in it, no code altered.
  bool is_unchanged(const std::filesystem::path& folder) const;
  // Linked files that changed since prepare(), a few.
  std::vector<std::string> written_to() const;
  // The mirror stays as it is, in a folder that will be moved: a prepare() that finds it
  // there has nothing to do.
  void keep() { kept_inode_ = inode_; }

 private:
  enum class Kind : std::uint8_t { kFolder, kCode, kLink };
  struct Entry {
    std::string path;  // relative to the mirror
    Kind kind = Kind::kFolder;
    std::string target;       // of a link: the original
    std::size_t file = 0;     // of code: its index in CommandSpec::files
    bool is_watched = false;  // a linked file that no trial should write to
  };
  struct Seen {
    std::string folder;  // of the work tree
    std::int64_t mtime_ns = 0;
  };

  bool is_current() const;
  void plan();
  void plan_above(const std::filesystem::path& folder, const std::string& relative);
  void plan_code_folder(const std::string& relative);
  void plan_other(const std::filesystem::path& original, const std::string& relative);
  bool plan_small(const std::filesystem::path& folder, const std::string& relative, int depth,
                  std::vector<Entry>& into) const;
  void plan_link(const std::filesystem::path& original, const std::string& relative,
                 std::vector<Entry>& into) const;
  bool holds_store(const std::filesystem::path& folder) const;
  void note_links();
  void note_folders(const std::string& top);
  bool is_as_made(const std::string& top) const;
  void link_code(const Entry& entry, const std::string& path) const;
  bool remove_code(const Entry& entry, const std::string& path) const;

  const CommandSpec& command_;
  std::filesystem::path store_;
  std::filesystem::path top_;           // that the mirror is of: the root or above it
  std::string prefix_;                  // of the root in the mirror: "" or "a/b/"
  std::set<std::string> code_folders_;  // relative to the root; not the root
  std::set<std::string> code_files_;
  std::set<std::string> outputs_;
  std::vector<Entry> entries_;  // folders before what they contain
  std::vector<Seen> seen_;
  std::vector<struct stat> before_;  // of watched links
  ino_t inode_ = 0;                  // of the mirror that was prepared last
  ino_t kept_inode_ = 0;             // of one that was kept; 0: none
  // Of the mirror and of its folders, in the order of entries_, once it was made.
  std::vector<std::int64_t> made_ns_;
  std::int64_t started_ns_ = 0;  // when it was prepared last
};

}  // namespace polysweep
