// Makes the events of a host durable in groups, with few syncs.
//
// A lease or an end is durable at the next commit(). Metrics and texts can wait a
// little longer. Nothing may be acknowledged (a lease sent to a worker, an end
// counted) before is_durable() holds for it.
#pragma once

#include <optional>

#include "framework/journal/journal_writer.h"

namespace polysweep {

class GroupCommit {
 public:
  explicit GroupCommit(JournalWriter& journal) : journal_(journal) {}

  // Appends an event that changes the state of a trial or host.
  Sequence append_state(const Event& event);
  // Appends metrics or texts; they are durable at the first commit() 100 ms later.
  void append_points(const MetricsRecorded& event, double now_s);
  void append_points(const TextRecorded& event, double now_s);

  // Syncs if something is due. Returns how long the sync took, in seconds; empty if
  // nothing was due.
  std::optional<double> commit(double now_s);
  // Syncs everything.
  void sync();
  bool is_durable(Sequence sequence) const { return sequence <= journal_.last_synced(); }
  // Whether every event of append_state() is durable.
  bool states_are_durable() const { return is_durable(last_state_); }

 private:
  void note_points(double now_s);

  JournalWriter& journal_;
  Sequence last_state_ = 0;
  std::optional<double> points_since_s_;  // the oldest points that are not durable
};

}  // namespace polysweep
