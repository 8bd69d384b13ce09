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

#include "framework/core/bytes.h"
#include "framework/core/file_system.h"
#include "framework/journal/event.h"

namespace polysweep {

class JournalWriter {
 public:
  // Opens a new segment in `folder` (created if missing); earlier segments are
  // never written again. The epoch is one more than the greatest found there,
  // sequence numbers go on after the greatest found there. Throws Error that
  // says who, if another live writer holds the journal.
  JournalWriter(FileSystem& files, std::filesystem::path folder);
  ~JournalWriter();

  WriterEpoch epoch() const { return epoch_; }

  // Buffers `event` and returns its sequence number. Throws Error, before
  // anything is written, where its record would exceed kLongestRecord; any
  // other failure ends the writer as in sync().
  Sequence append(const Event& event);
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
  // Finds epoch, sequence and segment to go on with.
  void find_end();
  void open_segment();
  void add_fragments(std::string_view record);
  // Throws Error where an earlier failure has ended this writer.
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
  bool alive_ = true;
};

}  // namespace polysweep
