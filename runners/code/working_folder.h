// The folder in which an attempt of a command runs: the sweep's folder as it was when
// the sweep was planned, for one trial alone.
//
// It mirrors the root of the code. Files of code are copies of the snapshot's content, which
// is verified: no trial can alter what another one runs. What a program puts in the place of
// a folder is never followed.
// Folders with code are folders of their own; small other folders are too, so that new
// files in them are the trial's own. Other small files are copies, so that a trial that
// writes to one writes to its own. Everything else is a symbolic link to the original.
// The folders that `outputs` names, and the store, are empty at first; a file that it
// names is not there. Above the root
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
  // A file of code, by its path relative to the root, in that mirror.
  std::filesystem::path file(const std::filesystem::path& folder, const std::string& path) const {
    return folder / prefix_ / path;
  }
  // Makes the mirror; what an earlier attempt wrote there stays. Throws Error, also
  // where the snapshot is missing.
  void prepare(const std::filesystem::path& folder);
  struct Findings {
    std::string altered;                  // a file of code that the attempt wrote to; "": none
    std::vector<std::string> written_to;  // as written_to()
  };
  // Removes what prepare() made, and the folder if nothing else is left.
  Findings clear(const std::filesystem::path& folder);
  // Whether a mirror is as prepare() made it: nothing new in it, no code altered.
  bool is_unchanged(const std::filesystem::path& folder) const;
  // Linked files, and linked folders of the root, that changed since prepare(), a few. Of a
  // folder its own names and its first 256 entries are looked at.
  std::vector<std::string> written_to() const;
  // The mirror stays as it is, in a folder that will be moved: a prepare() that finds it
  // there has nothing to do.
  void keep() { kept_inode_ = inode_; }

 private:
  enum class Kind : std::uint8_t { kFolder, kCode, kCopy, kLink };
  // Of the original of a copy, whose time the copy has too; of a file of code as it was made.
  struct CopyFacts {
    std::int64_t size = -1;  // -1: there was none
    std::int64_t mtime_ns = 0;
    std::int64_t ctime_ns = 0;  // of code alone
    std::uint64_t inode = 0;    // of code alone

    friend bool operator==(const CopyFacts&, const CopyFacts&) = default;
  };
  struct Entry {
    std::string path;  // relative to the mirror
    Kind kind = Kind::kFolder;
    std::string target;       // of a link or copy: the original
    std::size_t file = 0;     // of code: its index in CommandSpec::files
    bool is_watched = false;  // a linked file or folder that no trial should write to
    CopyFacts made = {};      // of a copy
  };
  struct LinkFacts {
    std::int64_t size = 0;  // 0 for a folder
    std::int64_t mtime_ns = 0;
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
  void plan_beside(const std::filesystem::path& original, const std::string& relative);
  bool plan_small(const std::filesystem::path& folder, const std::string& relative, int depth,
                  std::vector<Entry>& into);
  void plan_file(const std::filesystem::path& original, const std::string& relative,
                 std::vector<Entry>& into) const;
  void plan_link(const std::filesystem::path& original, const std::string& relative,
                 std::vector<Entry>& into) const;
  void link_large_files();
  bool holds_store(const std::filesystem::path& folder) const;
  static CopyFacts facts_of(const std::string& path);
  static CopyFacts code_facts(const std::string& path);
  CopyFacts copy_file(const Entry& entry, const std::string& path) const;
  bool are_copies_current() const;
  void note_links();
  void note_folders(const std::string& top);
  bool is_as_made(const std::string& top) const;
  CopyFacts copy_code(const Entry& entry, const std::string& path);
  void verify(const Entry& entry, const std::string& object);
  bool is_intact(const Entry& entry, const std::string& path) const;
  bool remove_code(const Entry& entry, const std::string& path) const;
  std::vector<bool> real_parents(const std::string& top) const;

  const CommandSpec& command_;
  std::filesystem::path store_;
  std::filesystem::path top_;           // that the mirror is of: the root or above it
  bool is_repository_ = false;          // whether top_ is that of a git work tree
  std::string prefix_;                  // of the root in the mirror: "" or "a/b/"
  std::set<std::string> code_folders_;  // relative to the root; not the root
  std::set<std::string> code_files_;
  std::set<std::string> outputs_;
  std::vector<Entry> entries_;  // folders before what they contain
  std::vector<Seen> seen_;
  std::vector<LinkFacts> before_;  // of watched links
  ino_t inode_ = 0;                // of the mirror that was prepared last
  ino_t kept_inode_ = 0;           // of one that was kept; 0: none
  // Of the mirror and of its folders, in the order of entries_, once it was made.
  std::vector<std::int64_t> made_ns_;
  std::int64_t started_ns_ = 0;      // when it was prepared last
  std::vector<CopyFacts> verified_;  // objects, per file of code
};

}  // namespace polysweep
