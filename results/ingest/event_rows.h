// The rows that an event of a journal changes. Part of ingest; used inside its
// write transaction.
#pragma once

#include <cstdint>

#include "framework/journal/event.h"
#include "framework/journal/journal_reader.h"
#include "results/ingest/attempt_table.h"
#include "results/ingest/host_journals.h"
#include "results/ingest/key_table.h"
#include "results/ingest/point_table.h"
#include "results/ingest/summary_writer.h"
#include "results/ingest/sweep_table.h"

namespace polysweep {

class EventRows {
 public:
  explicit EventRows(Connection& connection);

  HostJournals& journals() { return journals_; }
  // Throws Error, before it changes anything, for an event that cannot be used.
  void apply(JournalRow& journal, const JournalRecord& record);
  // All rows are in the database after it.
  void flush();
  // After a rollback, or when another process wrote.
  void forget();
  // Keeps memory bounded; between transactions.
  void trim();
  // About how many rows the events since begin_count() made.
  std::size_t rows() const { return rows_; }
  std::uint64_t points() const { return points_; }
  void begin_count();

 private:
  struct Source;  // journal and record of the event at hand
  void apply_event(const Source& source, const HostStarted& event);
  void apply_event(const Source& source, const ProvenanceSeen& event);
  void apply_event(const Source& source, const SweepPlanned& event);
  void apply_event(const Source& source, const CellsPlanned& event);
  void apply_event(const Source& source, const TrialsPlanned& event);
  void apply_event(const Source& source, const AttemptStarted& event);
  void apply_event(const Source& source, const AttemptResumed& event);
  void apply_event(const Source& source, const MetricsRecorded& event);
  void apply_event(const Source& source, const TextRecorded& event);
  void apply_event(const Source& source, const AttemptFinished& event);
  void apply_event(const Source& source, const HostStopped& event);

  Connection& connection_;
  HostJournals journals_;
  KeyTable keys_;
  AttemptTable attempts_;
  PointTable points_table_;
  SweepTable sweeps_;
  SummaryWriter summaries_;
  std::size_t rows_ = 0;
  std::uint64_t points_ = 0;
};

}  // namespace polysweep
