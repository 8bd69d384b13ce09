// The claims log of a store: who may run which trials, without a server.
//
// A folder of entries 00000001.claim, 00000002.claim, ...; each names a host,
// its epoch and the trials that it takes for itself. An entry is made in one
// step and only under the number behind all that its maker has read
// (FileSystem::create_whole): of two hosts that want the same trials the second
// sees the first one's entry before it can add its own. Where two entries name
// a trial, the later one holds: its maker saw that the earlier one's was gone.
// An entry is void once its host's epoch is. Nothing here is a result: a log
// that is lost or damaged costs at most that a trial is run twice, and counted
// once.
//
// An entry: the line "polysweep claim 1", u64 XXH3-64 of all that follows, then
// as ByteWriter writes: host, epoch (varint), number of trials, their 16 bytes.
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
// Empty for bytes that are no whole claim.
std::optional<Claim> decode_claim(std::string_view bytes);

// STORE/claims.
std::filesystem::path claims_path(const std::filesystem::path& store);

class ClaimLog {
 public:
  // Makes the folder where there is none.
  ClaimLog(FileSystem& files, std::filesystem::path folder);

  // The entries that were added since the last call, in order; what cannot be
  // read is passed over.
  std::vector<Claim> news();
  // Adds an entry right behind those that news() has given. False where another
  // host was faster: news() has more then.
  bool add(const Claim& claim);
  // Removes the entries that `is_void` says are; the last one stays, so that no
  // number is given twice. Only while no other host lives or may come back: one
  // that has slept would add its entry where nobody looks any more.
  void tidy(const std::function<bool(const std::string& host, WriterEpoch epoch)>& is_void);

 private:
  std::filesystem::path path_of(std::uint64_t number) const;
  std::vector<std::uint64_t> numbers() const;  // ascending

  FileSystem& files_;
  std::filesystem::path folder_;
  std::uint64_t read_ = 0;  // the last entry that news() gave, or we added
};

}  // namespace polysweep
