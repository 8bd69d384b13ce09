// What the journals of a store have said so far, read while they are written.
//
// Reads no database. Every record that was ever seen here was handed to the
// system, so that no kill may take it away again: all of them count as
// acknowledged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "framework/journal/journal_reader.h"

namespace polysweep {

class JournalTail {
 public:
  explicit JournalTail(std::filesystem::path store) : store_(std::move(store)) {}

  // Reads what was added to all journals.
  void catch_up();

  std::uint64_t records() const { return records_.size(); }
  // Of them, those that `later` has not.
  std::uint64_t lacking_in(const JournalTail& later) const;
  // Attempts that were started, in all and by slot.
  std::uint64_t starts() const { return starts_; }
  std::uint64_t starts_in(int slot) const;
  // Trials by the number of ends that settled them.
  const std::unordered_map<TrialId, int>& settled() const { return settled_; }
  // Ends of attempts by outcome.
  const std::map<std::string, std::uint64_t>& ends() const { return ends_; }
  // Damage that is no torn tail.
  std::vector<std::string> damage() const;

 private:
  void take(const std::string& host, const JournalRecord& record);

  std::filesystem::path store_;
  std::map<std::string, JournalReader> readers_;  // by host
  std::unordered_set<std::uint64_t> records_;     // digests, the host and place in them
  std::uint64_t starts_ = 0;
  std::map<int, std::uint64_t> starts_by_slot_;
  std::unordered_map<TrialId, int> settled_;
  std::map<std::string, std::uint64_t> ends_;
};

}  // namespace polysweep
