// The journal of a host: everything that happened to its trials, in order.
//
// Append only. A record is acknowledged once sync() has returned; what was
// acknowledged survives kill -9 and power loss. One writer per journal; not
// thread-safe. The byte format is described in journal_format.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "framework/core/bytes.h"
#include "framework/core/file_system.h"
#include "framework/journal/event.h"
#include "framework/journal/journal_format.h"
#include "framework/journal/metric_names.h"

namespace polysweep {

class JournalWriter {
 public:
  // Opens a new segment in `folder` (created if missing); earlier segments are
  // never written again. The epoch is one more than the greatest found there,
  // sequence numbers continue after the greatest found there. Throws Error that
  // names the other process if another writer has the journal locked.
  JournalWriter(FileSystem& files, std::filesystem::path folder);
  ~JournalWriter();

  WriterEpoch epoch() const { return epoch_; }

  // Encodes `event` into the buffer and returns its sequence number. Throws Error,
  // and appends nothing, if its record would exceed kLongestRecord; any other
  // failure ends the writer as in sync().
  Sequence append(const Event& event);
  // The same, without a copy of what a worker reported.
  Sequence append(const MetricsRecorded& event);
  Sequence append(const TextRecorded& event);
  // Hands all appended events to the system (they survive kill -9 of this
  // process, not power loss).
  void flush();
  // Makes all appended events durable. Throws Error, for good, if the disk
  // refuses: retrying a failed fsync can lose data silently.
  void sync();

  Sequence last_appended() const { return next_sequence_ - 1; }
  Sequence last_synced() const { return last_synced_; }

 private:
  void take_lock();
  // Finds the epoch, sequence number and segment to continue with.
  void find_end();
  void open_segment();
  // What a payload is written by: its stream's names are `names_`.
  template <typename Payload>
  Sequence append_record(std::uint8_t type, std::string_view name, const Payload& write_payload);
  // Zeros up to the next block if the present one has no room for a fragment.
  void fill_block();
  void start_names();
  // The bytes of the buffer from `begin` on, where a fragment header has its place,
  // become the fragments of one record.
  void seal(std::size_t begin);
  void seal_fragment(std::size_t begin, FragmentType type);
  void add_fragments(std::string_view record);
  // Throws Error if an earlier failure has ended this writer.
  void expect_alive() const;
  void write_out(bool durable);

  FileSystem& files_;
  std::filesystem::path folder_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<AppendFile> file_;
  ByteWriter buffer_;
  std::uint64_t segment_ = 0;
  std::uint64_t segment_bytes_ = 0;  // written and buffered
  WriterEpoch epoch_ = 0;
  Sequence next_sequence_ = 1;
  Sequence last_synced_ = 0;
  NameNumbers names_;             // of the present span
  std::uint64_t names_span_ = 0;  // its number in the segment
  bool alive_ = true;
};

}  // namespace polysweep
