// Journals for tests: written in memory, read back completely.
#pragma once

#include <string>
#include <vector>

#include "framework/journal/journal_reader.h"
#include "framework/journal/journal_writer.h"
#include "tests/support/memory_files.h"

namespace polysweep {

inline const std::filesystem::path kSampleJournal = "journal";

// A record and the bytes that its fragments have in its segment.
struct PlacedRecord {
  JournalRecord record;
  std::string bytes;  // its payload
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct JournalContent {
  std::vector<PlacedRecord> records;
  std::vector<JournalDamage> damage;
  bool at_torn_tail = false;

  std::size_t torn_tails() const;
  std::size_t losses() const { return damage.size() - torn_tails(); }
};

// Appends records of these sizes (see event_of_size) and syncs.
void write_records(FileSystem& files, const std::filesystem::path& folder,
                   const std::vector<std::size_t>& sizes);

JournalContent read_journal(FileSystem& files, const std::filesystem::path& folder,
                            JournalPosition from = {});

// Record sizes that fill a bit more than two blocks, some across the edges.
std::vector<std::size_t> mixed_sizes();

}  // namespace polysweep
