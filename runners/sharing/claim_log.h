// The claims log of a store: which host may run which trials, without a server.
//
// A folder of entries 00000001.claim, 00000002.claim, ...; each contains a host, its
// epoch and the trials that it claims. An entry is created atomically, and only under
// the number after the last entry that its host has read (FileSystem::create_atomically):
// of two hosts that want the same trials, the second sees the first one's entry before
// it can add its own. If two entries contain a trial, the later one holds: its host
// saw that the claim of the earlier one was void. An entry is void once its host's
// epoch has ended. The log contains no results: if it is lost or damaged, a trial may
// be run twice, but is counted once.
//
// Format of an entry: the line "polysweep claim 1", u64 XXH3-64 of everything that
// follows, then as written by ByteWriter: host, epoch (varint), number of trials, 16
// bytes per trial.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"

namespace polysweep {

struct Claim {
  std::string host;
  WriterEpoch epoch = 0;
  std::vector<TrialId> trials;
};

std::string encode_claim(const Claim& claim);
// Empty for bytes that are not a complete claim.
std::optional<Claim> decode_claim(std::string_view bytes);

// STORE/claims.
std::filesystem::path claims_path(const std::filesystem::path& store);

class ClaimLog {
 public:
  // Creates the folder if it does not exist.
  ClaimLog(FileSystem& files, std::filesystem::path folder);

  // The entries added since the last call, in order; unreadable entries are skipped.
  std::vector<Claim> read_new();
  // Adds an entry after those that read_new() has returned. False if another host was
  // faster: read_new() then returns its entry.
  bool add(const Claim& claim);
  // Removes the entries for which `is_void` holds. The last entry stays, so that no
  // number is used twice. Only while every other host is gone: a host that was
  // suspended would add its entry at a number that nobody reads any more.
  void tidy(const std::function<bool(const std::string& host, WriterEpoch epoch)>& is_void);

 private:
  std::filesystem::path path_of(std::uint64_t number) const;
  std::vector<std::uint64_t> numbers() const;  // ascending

  FileSystem& files_;
  std::filesystem::path folder_;
  std::uint64_t read_ = 0;  // the last entry that read_new() returned or we added
};

}  // namespace polysweep
