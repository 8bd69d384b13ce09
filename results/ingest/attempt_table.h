// The attempts of trials while ingest works on them, and the states of trials
// that follow from them. Part of ingest.
//
// Series and texts that count the clock of checkpoints are shared out among the
// attempts of a trial by step: an attempt that resumes after step s owns the steps
// beyond s, up to where a later attempt resumes; one that starts from nothing leaves
// nothing to earlier ones. A point counts if the attempt that reported it owns its
// step. (Series with their own clock belong to one attempt: point_table.h.) "Later"
// is by number, then by host, so that the share does not depend on the order of
// reading. An attempt takes its share with the first thing that it records (a
// resumption, a point, a text, a result); one that ends before that takes none.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "framework/journal/event.h"
#include "results/ingest/host_journals.h"
#include "results/schema/connection.h"
#include "results/schema/schema.h"
#include "results/schema/trial_state.h"

namespace polysweep {

struct AttemptRow {
  std::uint32_t attempt = 0;
  std::int64_t journal_id = 0;
  WriterEpoch epoch = 0;
  std::optional<std::int32_t> slot;
  std::optional<std::int32_t> device;
  std::optional<std::int64_t> provenance_id;
  std::optional<std::int64_t> started_us;
  std::optional<std::int64_t> begins_after;  // empty: nothing recorded yet
  std::optional<std::int64_t> resumed_step;
  std::int64_t points = 0;
  std::int64_t points_counted = 0;
  // Points of this attempt that no other replaces: those up to the step that it
  // resumed after, and those that its worker refused.
  std::int64_t points_dropped = 0;
  std::string findings;  // findings_json()
  std::int64_t texts = 0;
  std::int64_t texts_counted = 0;
  std::optional<Outcome> outcome;
  bool final = false;
  std::string message;
  std::string output_tail;
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::int64_t finished_us = 0;
  bool changed = false;
};

struct LostNote {
  std::uint32_t attempt = 0;
  bool final = false;
};

struct TrialAttempts {
  std::vector<AttemptRow> rows;  // the latest last
  std::vector<LostNote> lost;    // attempts that other hosts reported as lost
  bool changed = false;          // the state may be another
  bool listed = false;           // for AttemptTable::flush()

  // Where the share of rows[index] ends: the last step that it owns.
  std::int64_t end_of(std::size_t index) const;
  // An attempt after rows[index] started from nothing.
  bool superseded(std::size_t index) const;
};

class AttemptTable {
 public:
  AttemptTable(Connection& connection, const HostJournals& journals);

  // To be read and changed; written by the next flush(). The reference is good
  // until forget() or trim().
  TrialAttempts& of(std::int64_t trial_id);
  // The index of that attempt in of(trial_id).rows; added where it is new.
  std::size_t find_or_add(std::int64_t trial_id, std::uint32_t attempt, const JournalRow& journal,
                          WriterEpoch epoch);
  // Empty if that journal has nothing of that attempt.
  std::optional<std::size_t> find(std::int64_t trial_id, std::uint32_t attempt,
                                  std::int64_t journal_id);
  void add_lost(std::int64_t trial_id, const JournalRow& journal, const AttemptFinished& event);
  // The host of that journal started again or stopped: states follow at flush().
  void reconsider(std::int64_t journal_id) { reconsidered_.push_back(journal_id); }

  // Writes the attempts and states that may have changed since the last flush().
  void flush();
  void forget();
  // The trials whose state was written since the last call.
  std::vector<std::int64_t> take_changed() { return std::exchange(changed_, {}); }
  void trim();  // between transactions

 private:
  void load(std::int64_t trial_id, TrialAttempts& attempts);
  void load_reconsidered();
  void write(std::int64_t trial_id, AttemptRow& row);
  void write_state(std::int64_t trial_id, const TrialAttempts& attempts);

  const HostJournals& journals_;
  Statement read_, read_lost_, write_, add_lost_, write_state_, unfinished_;
  std::unordered_map<std::int64_t, TrialAttempts> trials_;
  std::vector<std::int64_t> used_;  // of trials_, since the last flush
  std::vector<std::int64_t> reconsidered_;
  std::vector<std::int64_t> changed_;
};

}  // namespace polysweep
