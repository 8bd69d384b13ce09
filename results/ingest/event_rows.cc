#include "results/ingest/event_rows.h"

#include <algorithm>

#include "framework/core/error.h"
#include "results/schema/report_findings.h"
#include "results/schema/stored_text.h"
#include "results/schema/wide_view.h"

namespace polysweep {

struct EventRows::Source {
  JournalRow& journal;
  WriterEpoch epoch;
  Sequence sequence;
};

EventRows::EventRows(Connection& connection)
    : connection_(connection),
      journals_(connection),
      keys_(connection),
      attempts_(connection, journals_),
      points_table_(connection, attempts_),
      sweeps_(connection, keys_),
      summaries_(connection) {}

void EventRows::apply(JournalRow& journal, const JournalRecord& record) {
  const Source source{journal, record.epoch, record.sequence};
  journal.changed = true;
  if (record.epoch > journal.epoch) {
    // Another opening of the journal: what ran under the one before is lost.
    journal.epoch = record.epoch;
    journal.live = true;
    journal.stopped_us.reset();
    journal.stop_reason.reset();
    attempts_.reconsider(journal.journal_id);
  }
  ++rows_;
  std::visit([&](const auto& event) { apply_event(source, event); }, record.event);
}

void EventRows::apply_event(const Source& source, const HostStarted& event) {
  source.journal.pid = event.pid;
  source.journal.started_us = event.time_us;
}

void EventRows::apply_event(const Source&, const ProvenanceSeen& event) {
  keys_.provenance_document(event.json);
}

void EventRows::apply_event(const Source& source, const SweepPlanned& event) {
  sweeps_.add(event, source.journal, source.sequence);
}

void EventRows::apply_event(const Source&, const CellsPlanned& event) {
  sweeps_.add(event);
  rows_ += event.rows.size();
}

void EventRows::apply_event(const Source&, const TrialsPlanned& event) {
  sweeps_.add(event);
  rows_ += 2 * event.rows.size();
}

void EventRows::apply_event(const Source& source, const AttemptStarted& event) {
  const std::int64_t trial_id = keys_.trial(event.trial);
  const std::size_t index =
      attempts_.find_or_add(trial_id, event.attempt, source.journal, source.epoch);
  TrialAttempts& attempts = attempts_.of(trial_id);
  AttemptRow& row = attempts.rows[index];
  row.epoch = source.epoch;
  row.slot = event.slot;
  row.device = event.device;
  if (!event.provenance.empty()) row.provenance_id = keys_.provenance(event.provenance);
  row.started_us = event.time_us;
  row.changed = true;
  attempts.changed = true;
}

void EventRows::apply_event(const Source& source, const AttemptResumed& event) {
  const std::int64_t trial_id = keys_.trial(event.trial);
  const std::size_t index =
      attempts_.find_or_add(trial_id, event.attempt, source.journal, source.epoch);
  AttemptRow& row = attempts_.of(trial_id).rows[index];
  if (!row.resumed_step) row.resumed_step = event.step;
  row.changed = true;
  if (row.begins_after) return;  // it has recorded already: all steps are its own
  points_table_.take_share(trial_id, index, event.step);
}

void EventRows::apply_event(const Source& source, const MetricsRecorded& event) {
  for (const MetricPoint& point : event.points) {
    if (point.name >= event.names.size()) {
      fail("a point of trial {} is of metric {}, and only {} are named", event.trial.brief(),
           point.name, event.names.size());
    }
  }
  const std::int64_t trial_id = keys_.trial(event.trial);
  const std::size_t index =
      attempts_.find_or_add(trial_id, event.attempt, source.journal, source.epoch);
  TrialAttempts& attempts = attempts_.of(trial_id);
  if (!attempts.rows[index].begins_after) points_table_.take_share(trial_id, index, kFromNothing);
  AttemptRow& row = attempts.rows[index];
  const std::int64_t after = *row.begins_after;
  const std::int64_t end = attempts.end_of(index);
  std::vector<std::int64_t> metrics;
  for (const MetricName& name : event.names) {
    metrics.push_back(keys_.metric(name.text));
    if (name.own_clock) points_table_.take_series(trial_id, index, metrics.back());
  }
  std::vector<PendingSeries*> pending;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    pending.push_back(points_table_.series(trial_id, index, metrics[i], event.names[i].own_clock));
  }
  for (const MetricPoint& point : event.points) {
    PendingSeries* series = pending[point.name];
    const bool own_clock = event.names[point.name].own_clock;
    if (!own_clock && point.step <= after) ++row.points_dropped;
    const bool owns_step = own_clock || (point.step > after && point.step <= end);
    if (series == nullptr || !owns_step) continue;
    series->push_back({point.step, point.value, event.attempt, source.journal.journal_id});
    ++row.points_counted;
  }
  row.points += static_cast<std::int64_t>(event.points.size());
  row.changed = true;
  points_ += event.points.size();
  rows_ += event.points.size();
}

void EventRows::apply_event(const Source& source, const TextRecorded& event) {
  const std::int64_t trial_id = keys_.trial(event.trial);
  const std::size_t index =
      attempts_.find_or_add(trial_id, event.attempt, source.journal, source.epoch);
  TrialAttempts& attempts = attempts_.of(trial_id);
  if (!attempts.rows[index].begins_after) points_table_.take_share(trial_id, index, kFromNothing);
  AttemptRow& row = attempts.rows[index];
  const bool owns_step = event.step > *row.begins_after && event.step <= attempts.end_of(index);
  if (event.own_clock || owns_step) points_table_.add_text(trial_id, index, event);
  ++row.texts;
  row.changed = true;
}

void EventRows::apply_event(const Source& source, const AttemptFinished& event) {
  const std::int64_t trial_id = keys_.trial(event.trial);
  // Another host may say that the attempt's own host is lost.
  if (event.outcome == Outcome::kHostLost &&
      !attempts_.find(trial_id, event.attempt, source.journal.journal_id)) {
    attempts_.add_lost(trial_id, source.journal, event);
    return;
  }
  const std::size_t index =
      attempts_.find_or_add(trial_id, event.attempt, source.journal, source.epoch);
  TrialAttempts& attempts = attempts_.of(trial_id);
  const bool is_result = event.outcome == Outcome::kDone || event.outcome == Outcome::kDiverged;
  if (is_result && !attempts.rows[index].begins_after) {
    points_table_.take_share(trial_id, index, kFromNothing);
  }
  AttemptRow& row = attempts.rows[index];
  row.outcome = event.outcome;
  row.final = event.final;
  row.message = stored_text(event.message);
  row.output_tail = stored_text(event.output_tail);
  row.elapsed_s = event.elapsed_s;
  row.peak_memory_bytes = event.peak_memory_bytes;
  row.finished_us = event.time_us;
  row.points_dropped += static_cast<std::int64_t>(event.points_refused);
  row.findings = findings_json(event.findings);
  row.changed = true;
  attempts.changed = true;
}

void EventRows::apply_event(const Source& source, const HostStopped& event) {
  source.journal.live = false;
  source.journal.stopped_us = event.time_us;
  source.journal.stop_reason = stored_text(event.reason);
  attempts_.reconsider(source.journal.journal_id);
}

void EventRows::flush() {
  points_table_.flush();
  attempts_.flush();
  std::vector<std::int64_t> changed = points_table_.take_changed();
  for (const std::int64_t trial_id : attempts_.take_changed()) changed.push_back(trial_id);
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (const std::int64_t trial_id : changed) summaries_.refresh(trial_id);
  journals_.flush();
  if (keys_.take_new_names()) refresh_wide_view(connection_);
}

void EventRows::forget() {
  keys_.forget();
  attempts_.forget();
  points_table_.forget();
}

void EventRows::trim() {
  keys_.trim();
  attempts_.trim();
  points_table_.trim();
}

void EventRows::begin_count() {
  rows_ = 0;
  points_ = 0;
}

}  // namespace polysweep
