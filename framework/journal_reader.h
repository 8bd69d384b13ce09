// Reads a journal from a position on, also while it is written.
//
// 100% of the undamaged records are given, each once, in order; what is damaged
// is reported. Not thread-safe. The format is described in journal_format.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/event.h"
#include "framework/file_system.h"

namespace polysweep {

// A place between two records: a reader made with it goes on there.
struct JournalPosition {
  std::uint64_t segment = 1;
  std::uint64_t offset = 0;  // in the segment, bytes
  Sequence last_sequence = 0;
  friend bool operator==(const JournalPosition&, const JournalPosition&) = default;
};

struct JournalRecord {
  Sequence sequence = 0;
  WriterEpoch epoch = 0;
  Event event;
};

// Something that could not be read.
struct JournalDamage {
  std::uint64_t segment = 0;
  std::uint64_t offset = 0;
  bool torn_tail = false;  // else: in the middle, data was lost
  std::string what;        // with the sequence gap where it is known
};

class JournalReader {
 public:
  JournalReader(FileSystem& files, std::filesystem::path folder, JournalPosition from = {});

  // The next undamaged record; empty at the present end. May be called again
  // later, when the writer has gone on. An incomplete record at the end of the
  // newest segment is waited for, and becomes a torn tail once a newer segment
  // exists.
  std::optional<JournalRecord> next();

  // Behind the last record that next() gave.
  JournalPosition position() const { return position_; }
  // Damage found so far (torn tails included).
  const std::vector<JournalDamage>& damage() const { return damage_; }
  // An incomplete record stands at the present end of the newest segment.
  bool at_torn_tail() const { return at_torn_tail_; }

 private:
  struct Scan;
  bool read_more();

  FileSystem& files_;
  std::filesystem::path folder_;
  JournalPosition position_;
  std::vector<JournalDamage> damage_;
  bool at_torn_tail_ = false;
  std::string window_;               // bytes of the segment from window_offset_ on
  std::uint64_t window_offset_ = 0;
};

}  // namespace polysweep
