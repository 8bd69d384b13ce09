// Reads a journal from a position on, also while it is written.
//
// Every undamaged record is given once, in order; damage is reported. Not
// thread-safe. The format is described in journal_format.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/event.h"
#include "framework/journal/metric_names.h"

namespace polysweep {

// A place between two records: a reader made with it continues there.
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
  // later, when the writer has written more. An incomplete record at the end of the
  // newest segment is waited for, and becomes a torn tail once a newer segment
  // exists. A complete record whose event cannot be understood is damage. Points
  // whose metric cannot be known because the record that names it was lost are left
  // out of their event, and are damage. Throws Error at an event that only a newer
  // polysweep knows.
  std::optional<JournalRecord> next();

  // Behind the last record that next() gave.
  JournalPosition position() const { return position_; }
  // Damage found so far (torn tails included).
  const std::vector<JournalDamage>& damage() const { return damage_; }
  // There is an incomplete record at the present end of the newest segment.
  bool at_torn_tail() const { return at_torn_tail_; }
  // Complete fragments follow the one that next() stopped at: its length was
  // damaged, it is not a torn tail.
  bool hides_records() const;

 private:
  struct Fragment;
  enum class Found : std::uint8_t { kFragment, kEnd, kIncomplete };

  // Goes to the first segment, or from a finished one to the next; false if there
  // is none (yet).
  bool enter_next_segment();
  // At the present end of the segment: true if reading can continue.
  bool continue_after_end(Found found);
  Found next_fragment(Fragment& fragment);
  Found incomplete();
  bool may_change();
  bool ends_in_zeros() const;
  std::string_view window_at(std::uint64_t offset, std::size_t size);
  // Adds the fragment to the record being joined; true once that is complete.
  bool join(const Fragment& fragment);
  void check_segment_header(std::string_view data);
  std::optional<JournalRecord> take_record();
  void check_sequence(const JournalRecord& record);
  // The names of the span in which the record at hand begins.
  void enter_span();
  void read_names_before(std::uint64_t end);
  void report_unnamed(Sequence sequence, std::uint64_t points);
  void skip_block(std::uint64_t offset, std::string what);
  void report(std::uint64_t offset, bool torn_tail, std::string what);

  FileSystem& files_;
  std::filesystem::path folder_;
  JournalPosition position_;
  std::vector<JournalDamage> damage_;
  bool at_torn_tail_ = false;

  std::uint64_t segment_ = 0;  // being read; 0: none yet
  std::uint64_t offset_ = 0;   // of the next fragment
  bool closed_ = false;        // a newer segment exists: nothing is added any more
  std::string window_;         // bytes of the segment from window_offset_ on
  std::uint64_t window_offset_ = 0;
  std::uint64_t settled_ = 0;  // bytes before it were waited for
  std::string record_;         // joined so far
  std::uint64_t record_offset_ = 0;
  bool joining_ = false;
  bool resyncing_ = false;       // after damage, until a record begins
  std::size_t damage_seen_ = 0;  // before the record that is being looked for

  // Where reading of the segment started, if inside a span of which no names were
  // read yet; else 0.
  std::uint64_t started_at_ = 0;
  NumberedNames names_;            // of the span `span_`
  std::uint64_t span_ = 0;         // of segment_
  bool unnamed_reported_ = false;  // of that span
};

// How a segment ends, for a writer that continues after it.
struct SegmentEnd {
  Sequence last_sequence = 0;  // greatest; 0: no record
  WriterEpoch last_epoch = 0;
  // How many records may have followed it, if damage hides them.
  std::uint64_t possibly_lost = 0;
  bool is_named_right = true;  // its header has the number of its file name
};
SegmentEnd read_segment_end(FileSystem& files, const std::filesystem::path& folder,
                            std::uint64_t segment);

}  // namespace polysweep
