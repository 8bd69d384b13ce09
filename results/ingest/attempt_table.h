// The attempts of trials while ingest works on them, and the states of trials
// that follow from them. Part of ingest.
//
// The steps of a trial are shared out among its attempts: an attempt that goes
// on after step s owns the steps beyond s, up to where a later attempt goes on;
// one that begins from nothing leaves nothing to earlier ones. A point counts
// if the attempt that reported it owns its step. "Later" is by number, then by
// host, so that the share does not depend on the order of reading. An attempt
// takes its share with the first thing that it records (a resumption, a point,
// a text, a result): one that dies before that takes nothing away.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
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
  std::int64_t points = 0;
  std::int64_t points_counted = 0;
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
  std::vector<LostNote> lost;    // what other hosts said of attempts
  bool changed = false;

  // Where the share of rows[index] ends: the last step that it owns.
  std::int64_t end_of(std::size_t index) const;
};

class AttemptTable {
 public:
  AttemptTable(Connection& connection, const HostJournals& journals);

  TrialAttempts& of(std::int64_t trial_id);
  // The index of that attempt in of(trial_id).rows; added where it is new.
  std::size_t find_or_add(std::int64_t trial_id, std::uint32_t attempt, const JournalRow& journal,
                          WriterEpoch epoch);
  // Empty where `journal` told nothing of that attempt.
  std::optional<std::size_t> find(std::int64_t trial_id, std::uint32_t attempt,
                                  std::int64_t journal_id);
  void add_lost(std::int64_t trial_id, const JournalRow& journal, const AttemptFinished& event);
  // The host of that journal began anew or stopped: states follow at flush().
  void reconsider(std::int64_t journal_id) { reconsidered_.push_back(journal_id); }

  // Writes attempts and states.
  void flush();
  void forget();
  // The trials whose state was written since it was called last.
  std::vector<std::int64_t> take_changed() { return std::exchange(changed_, {}); }
  void trim();  // between transactions

 private:
  void load(std::int64_t trial_id, TrialAttempts& attempts);
  void load_reconsidered();
  void write(std::int64_t trial_id, AttemptRow& row);
  void write_state(std::int64_t trial_id, const TrialAttempts& attempts);

  const HostJournals& journals_;
  Statement read_, read_lost_, write_, add_lost_, write_state_, unfinished_;
  std::map<std::int64_t, TrialAttempts> trials_;  // ordered: pages fill up one by one
  std::vector<std::int64_t> reconsidered_;
  std::vector<std::int64_t> changed_;
};

}  // namespace polysweep
