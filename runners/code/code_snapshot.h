// Snapshots of code in a store: what trials run.
//
//   STORE/code/objects/SHA-256      a file's content, read-only, shared by snapshots;
//                                   SHA-256.x if it is executable
//   STORE/code/DIGEST/manifest.json the files of one snapshot; DIGEST is
//                                   CommandSpec::code_digest()
//
// An object has its name once its content is complete, agrees with the name and is
// durable; a manifest comes after its objects. Several processes on several hosts may
// make the same snapshot at the same time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/command_spec.h"

namespace polysweep {

struct CodeSnapshot {
  std::string digest;
  std::string root;  // the folder that it was made from
  std::string sweep_in_root;
  std::string host;
  std::int64_t made_us = 0;
  std::vector<InputFile> files;  // by path
};

std::filesystem::path snapshots_folder(const std::filesystem::path& store);
std::filesystem::path snapshot_folder(const std::filesystem::path& store, std::string_view digest);
std::filesystem::path code_object(const std::filesystem::path& store, const InputFile& file);
// When an object was changed last, in seconds since 1970: derived from its content, so
// that a program that writes to it is found out.
std::int64_t object_time_s(const InputFile& file);

// Makes the snapshot of `command`, which has one, unless the store has it. Throws Error
// where a file is not as it was planned any more, or cannot be read. A snapshot whose files
// are missing or altered is made again; Error where the work tree does not have them.
void make_snapshot(const std::filesystem::path& store, const CommandSpec& command);
// Takes it over from another store.
void copy_snapshot(const std::filesystem::path& from, const std::filesystem::path& to,
                   std::string_view digest);

bool has_snapshot(const std::filesystem::path& store, std::string_view digest);
// The digests of all snapshots of a store, sorted.
std::vector<std::string> snapshot_digests(const std::filesystem::path& store);
// The one whose digest begins with `prefix`. Throws Error for none and for several.
std::string find_snapshot(const std::filesystem::path& store, std::string_view prefix);
// Throws Error where there is none or its manifest cannot be read.
CodeSnapshot load_snapshot(const std::filesystem::path& store, std::string_view digest);

// Snapshots that `used` does not contain, objects that no other snapshot has, and what
// killed processes left; no objects while the manifest of a used snapshot cannot be read.
// Nobody may make a snapshot meanwhile.
std::vector<std::filesystem::path> unused_code(const std::filesystem::path& store,
                                               const std::vector<std::string>& used);

}  // namespace polysweep
