#include "results/ingest/attempt_table.h"

#include <algorithm>

#include "framework/core/error.h"
#include "results/schema/stored_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostTrialsRemembered = 4096;

template <typename T>
std::optional<T> optional_integer(Statement& row, int column) {
  if (row.is_null(column)) return {};
  return static_cast<T>(row.integer(column));
}

AttemptRow read_row(Statement& row) {
  AttemptRow out;
  out.attempt = static_cast<std::uint32_t>(row.integer(0));
  out.journal_id = row.integer(1);
  out.epoch = static_cast<WriterEpoch>(row.integer(2));
  out.slot = optional_integer<std::int32_t>(row, 3);
  out.device = optional_integer<std::int32_t>(row, 4);
  out.provenance_id = optional_integer<std::int64_t>(row, 5);
  out.started_us = optional_integer<std::int64_t>(row, 6);
  out.begins_after = optional_integer<std::int64_t>(row, 7);
  out.points = row.integer(8);
  out.points_counted = row.integer(9);
  out.texts = row.integer(10);
  out.texts_counted = row.integer(11);
  if (!row.is_null(12)) out.outcome = static_cast<Outcome>(row.integer(12));
  out.final = row.integer(13) != 0;
  out.message = row.string(14);
  out.output_tail = row.string(15);
  out.elapsed_s = row.real(16);
  out.peak_memory_bytes = row.real(17);
  out.finished_us = row.integer(18);
  out.points_dropped = row.integer(19);
  out.resumed_step = optional_integer<std::int64_t>(row, 20);
  out.findings = row.string(21);
  return out;
}

TrialState settled_state(Outcome outcome, bool final) {
  if (!final) return TrialState::kPending;
  if (outcome == Outcome::kDone) return TrialState::kDone;
  return outcome == Outcome::kDiverged ? TrialState::kDiverged : TrialState::kFailed;
}

}  // namespace

std::int64_t TrialAttempts::end_of(std::size_t index) const {
  std::int64_t end = std::numeric_limits<std::int64_t>::max();
  for (std::size_t later = index + 1; later < rows.size(); ++later) {
    if (rows[later].begins_after) end = std::min(end, *rows[later].begins_after);
  }
  return end;
}

bool TrialAttempts::superseded(std::size_t index) const {
  return std::any_of(rows.begin() + static_cast<std::ptrdiff_t>(index) + 1, rows.end(),
                     [](const AttemptRow& later) { return later.begins_after == kFromNothing; });
}

AttemptTable::AttemptTable(Connection& connection, const HostJournals& journals)
    : journals_(journals),
      read_(connection.prepare(
          "SELECT a.attempt, a.journal_id, a.epoch, a.slot, a.device, a.provenance_id, "
          "a.started_us, a.begins_after, a.points, a.points_counted, a.texts, a.texts_counted, "
          "a.outcome, a.final, a.message, a.output_tail, a.elapsed_s, a.peak_memory_bytes, "
          "a.finished_us, a.points_dropped, a.resumed_step, a.findings FROM attempt a JOIN journal "
          "j ON "
          "j.journal_id = "
          "a.journal_id "
          "WHERE a.trial_id = ? ORDER BY a.attempt, j.host")),
      read_lost_(connection.prepare(
          "SELECT attempt, max(final) FROM attempt_lost WHERE trial_id = ? GROUP BY attempt")),
      write_(connection.prepare(
          "INSERT OR REPLACE INTO attempt (trial_id, attempt, journal_id, epoch, slot, device, "
          "provenance_id, started_us, begins_after, points, points_counted, texts, texts_counted, "
          "outcome, final, message, output_tail, elapsed_s, peak_memory_bytes, finished_us, "
          "points_dropped, resumed_step, findings) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      add_lost_(connection.prepare(
          "INSERT INTO attempt_lost (trial_id, attempt, journal_id, final, message, noticed_us) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET final = max(final, excluded.final), "
          "message = excluded.message, noticed_us = excluded.noticed_us")),
      write_state_(connection.prepare(
          "UPDATE trial SET state = ?1, attempt = ?2, journal_id = ?3 WHERE trial_id = ?4 AND "
          "(state <> ?1 OR attempt <> ?2 OR journal_id IS NOT ?3)")),
      unfinished_(connection.prepare(
          "SELECT trial_id FROM attempt WHERE journal_id = ? AND outcome IS NULL")) {}

TrialAttempts& AttemptTable::of(std::int64_t trial_id) {
  const auto [place, is_new] = trials_.try_emplace(trial_id);
  TrialAttempts& attempts = place->second;
  if (is_new) load(trial_id, attempts);
  if (!std::exchange(attempts.listed, true)) used_.push_back(trial_id);
  return attempts;
}

void AttemptTable::load(std::int64_t trial_id, TrialAttempts& attempts) {
  read_.with(trial_id);
  while (read_.step()) attempts.rows.push_back(read_row(read_));
  read_lost_.with(trial_id);
  while (read_lost_.step()) {
    attempts.lost.push_back(
        {static_cast<std::uint32_t>(read_lost_.integer(0)), read_lost_.integer(1) != 0});
  }
}

std::optional<std::size_t> AttemptTable::find(std::int64_t trial_id, std::uint32_t attempt,
                                              std::int64_t journal_id) {
  const TrialAttempts& attempts = of(trial_id);
  for (std::size_t i = attempts.rows.size(); i-- > 0;) {
    const AttemptRow& row = attempts.rows[i];
    if (row.attempt == attempt && row.journal_id == journal_id) return i;
  }
  return {};
}

std::size_t AttemptTable::find_or_add(std::int64_t trial_id, std::uint32_t attempt,
                                      const JournalRow& journal, WriterEpoch epoch) {
  if (const auto known = find(trial_id, attempt, journal.journal_id)) return *known;
  TrialAttempts& attempts = of(trial_id);
  attempts.changed = true;
  AttemptRow row;
  row.attempt = attempt;
  row.journal_id = journal.journal_id;
  row.epoch = epoch;
  row.changed = true;
  const auto is_earlier = [&](const AttemptRow& a, const AttemptRow& b) {
    if (a.attempt != b.attempt) return a.attempt < b.attempt;
    return journals_.at(a.journal_id).host < journals_.at(b.journal_id).host;
  };
  const auto place = std::upper_bound(attempts.rows.begin(), attempts.rows.end(), row, is_earlier);
  const auto index = static_cast<std::size_t>(place - attempts.rows.begin());
  attempts.rows.insert(place, std::move(row));
  return index;
}

void AttemptTable::add_lost(std::int64_t trial_id, const JournalRow& journal,
                            const AttemptFinished& event) {
  TrialAttempts& attempts = of(trial_id);
  add_lost_
      .with(trial_id, event.attempt, journal.journal_id, event.final, stored_text(event.message),
            event.time_us)
      .run();
  attempts.lost.push_back({event.attempt, event.final});
  attempts.changed = true;
}

// Reads the table: an attempt that was finished since the last flush is still among
// its unfinished ones, and its trial's state is then written again as it is.
void AttemptTable::load_reconsidered() {
  std::sort(reconsidered_.begin(), reconsidered_.end());
  reconsidered_.erase(std::unique(reconsidered_.begin(), reconsidered_.end()), reconsidered_.end());
  for (const std::int64_t journal_id : reconsidered_) {
    std::vector<std::int64_t> trials;
    unfinished_.with(journal_id);
    while (unfinished_.step()) trials.push_back(unfinished_.integer(0));
    for (const std::int64_t trial_id : trials) of(trial_id).changed = true;
  }
  reconsidered_.clear();
}

void AttemptTable::flush() {
  load_reconsidered();
  std::sort(used_.begin(), used_.end());  // in the order of the table: its pages fill up in turn
  for (const std::int64_t trial_id : used_) {
    for (AttemptRow& row : trials_.at(trial_id).rows) {
      if (row.changed) write(trial_id, row);
    }
  }
  for (const std::int64_t trial_id : used_) {
    TrialAttempts& attempts = trials_.at(trial_id);
    attempts.listed = false;
    if (!std::exchange(attempts.changed, false)) continue;
    write_state(trial_id, attempts);
    changed_.push_back(trial_id);
  }
  used_.clear();
}

void AttemptTable::write(std::int64_t trial_id, AttemptRow& row) {
  const auto if_finished = [&](auto value) {
    return row.outcome ? std::optional(value) : std::nullopt;
  };
  std::optional<int> outcome;
  if (row.outcome) outcome = static_cast<int>(*row.outcome);
  write_
      .with(trial_id, row.attempt, row.journal_id, row.epoch, row.slot, row.device,
            row.provenance_id, row.started_us, row.begins_after, row.points, row.points_counted,
            row.texts, row.texts_counted, outcome, if_finished(row.final),
            if_finished(std::string_view(row.message)),
            if_finished(std::string_view(row.output_tail)), if_finished(row.elapsed_s),
            if_finished(row.peak_memory_bytes), if_finished(row.finished_us), row.points_dropped,
            row.resumed_step, row.findings)
      .run();
  row.changed = false;
}

void AttemptTable::write_state(std::int64_t trial_id, const TrialAttempts& attempts) {
  const AttemptRow* top = attempts.rows.empty() ? nullptr : &attempts.rows.back();
  LostNote lost;
  for (const LostNote& note : attempts.lost) {
    if (note.attempt > lost.attempt) lost = note;
    if (note.attempt == lost.attempt) lost.final = lost.final || note.final;
  }
  const std::uint32_t number = std::max(lost.attempt, top == nullptr ? 0 : top->attempt);
  TrialState state = TrialState::kPending;
  if (top != nullptr && top->attempt == number && top->outcome) {
    state = settled_state(*top->outcome, top->final);
  } else if (lost.attempt == number) {
    state = settled_state(Outcome::kHostLost, lost.final);
  } else if (top != nullptr && journals_.at(top->journal_id).may_run(top->epoch)) {
    state = TrialState::kRunning;
  }
  std::optional<std::int64_t> journal_id;
  if (top != nullptr && top->attempt == number) journal_id = top->journal_id;
  write_state_.with(static_cast<int>(state), number, journal_id, trial_id).run();
}

void AttemptTable::forget() {
  trials_.clear();
  used_.clear();
  reconsidered_.clear();
  changed_.clear();
}

void AttemptTable::trim() {
  check(used_.empty(), "what is remembered is dropped only after it was written");
  if (trials_.size() > kMostTrialsRemembered) trials_.clear();
}

}  // namespace polysweep
