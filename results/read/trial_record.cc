#include "results/read/trial_record.h"

#include <algorithm>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/journal/event.h"
#include "results/read/point_reader.h"
#include "results/schema/connection.h"
#include "results/schema/report_findings.h"

namespace polysweep {
namespace {

double or_zero(Statement& row, int column) { return row.is_null(column) ? 0 : row.real(column); }

std::vector<AttemptRecord> read_attempts(Connection& connection, const std::string& hex) {
  Statement rows = connection.prepare(
      "SELECT attempt, host, epoch, slot, device, counted, state, outcome, final, message, "
      "output_tail, started_us, finished_us, elapsed_s, peak_memory_bytes, resumed_step, points, "
      "points_ignored, provenance, points_dropped, findings "
      "FROM attempts WHERE trial = ? ORDER BY attempt, "
      "host");
  std::vector<AttemptRecord> out;
  rows.with(hex);
  while (rows.step()) {
    AttemptRecord each;
    each.number = static_cast<std::uint32_t>(rows.integer(0));
    each.host = rows.string(1);
    each.epoch = static_cast<std::uint64_t>(rows.integer(2));
    each.slot = static_cast<int>(rows.integer(3));
    each.device = rows.is_null(4) ? -1 : static_cast<int>(rows.integer(4));
    each.counted = rows.integer(5) != 0;
    each.running = rows.text(6) == "running";
    each.outcome = rows.string(7);
    each.final = rows.integer(8) != 0;
    each.message = rows.string(9);
    each.output_tail = rows.string(10);
    each.started_us = rows.integer(11);
    each.finished_us = rows.integer(12);
    each.elapsed_s = or_zero(rows, 13);
    each.peak_memory_bytes = or_zero(rows, 14);
    if (!rows.is_null(15)) each.resumed_step = rows.integer(15);
    each.points = static_cast<std::uint64_t>(rows.integer(16));
    each.points_ignored = static_cast<std::uint64_t>(rows.integer(17));
    each.provenance = rows.string(18);
    each.points_dropped = static_cast<std::uint64_t>(rows.integer(19));
    each.findings = findings_of(rows.text(20));
    out.push_back(std::move(each));
  }
  return out;
}

std::vector<MetricSummary> read_metrics(Connection& connection, const std::string& hex) {
  Statement rows = connection.prepare(
      "SELECT metric, points, not_finite, first_step, first, last_step, last, minimum_step, "
      "minimum, maximum_step, maximum FROM summaries WHERE trial = ? ORDER BY metric");
  std::vector<MetricSummary> out;
  rows.with(hex);
  while (rows.step()) {
    MetricSummary each;
    each.name = rows.string(0);
    each.count = static_cast<std::uint64_t>(rows.integer(1));
    each.not_finite = static_cast<std::uint64_t>(rows.integer(2));
    each.first = {rows.integer(3), rows.real(4)};
    each.last = {rows.integer(5), rows.real(6)};
    if (!rows.is_null(7)) each.minimum = CurvePoint{rows.integer(7), rows.real(8)};
    if (!rows.is_null(9)) each.maximum = CurvePoint{rows.integer(9), rows.real(10)};
    out.push_back(std::move(each));
  }
  return out;
}

std::vector<TextEntry> read_texts(Connection& connection, const std::string& hex) {
  Statement rows =
      connection.prepare("SELECT name, step, value FROM texts WHERE trial = ? ORDER BY name, step");
  std::vector<TextEntry> out;
  rows.with(hex);
  while (rows.step()) out.push_back({rows.string(0), rows.integer(1), rows.string(2)});
  return out;
}

std::vector<std::string> read_sweeps(Connection& connection, std::int64_t trial_id) {
  Statement rows = connection.prepare(
      "SELECT DISTINCT s.name FROM sweep_trial x JOIN planning n ON n.revision_id = x.revision_id "
      "JOIN sweep s ON s.planning_id = n.planning_id WHERE x.trial_id = ? ORDER BY s.name");
  std::vector<std::string> out;
  rows.with(trial_id);
  while (rows.step()) out.push_back(rows.string(0));
  return out;
}

}  // namespace

const AttemptRecord* TrialRecord::counted_attempt() const {
  for (const AttemptRecord& attempt : attempts) {
    if (attempt.counted) return &attempt;
  }
  return nullptr;
}

TrialRecord load_trial(const Database& database, const TrialId& id) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const std::string hex = id.hex();
  Statement row = connection.prepare(
      "SELECT t.trial_id, t.state, e.name, e.version, t.data_digest, "
      // As a sweep of now has them, where names have changed since.
      "coalesce((SELECT x.parameters FROM sweep_trial x JOIN planning n ON n.revision_id = "
      "x.revision_id JOIN sweep w ON w.planning_id = n.planning_id WHERE x.trial_id = t.trial_id "
      "AND x.parameters IS NOT NULL LIMIT 1), t.parameters), "
      "t.code FROM trial t "
      "LEFT JOIN experiment e ON e.experiment_id = t.experiment_id WHERE t.trial = ?");
  if (!row.with(hex).step()) {
    fail("there is no trial {} in {}", id.brief(), database.path().string());
  }
  TrialRecord out;
  out.id = id;
  const std::int64_t trial_id = row.integer(0);
  out.state = database.current_state(trial_id, row.integer(1));
  const bool lost = out.state != static_cast<TrialState>(row.integer(1));
  out.planned = !row.is_null(5);
  if (out.planned) {
    out.experiment = row.string(2);
    out.experiment_version = static_cast<int>(row.integer(3));
    out.data_digest = row.string(4);
    out.code_digest = row.string(6);
    out.parameters = Parameters::from_json(row.text(5));
  }
  out.sweeps = read_sweeps(connection, trial_id);
  out.attempts = read_attempts(connection, hex);
  check(std::count_if(out.attempts.begin(), out.attempts.end(),
                      [](const AttemptRecord& each) { return each.counted; }) <= 1,
        "at most one attempt determines the state of a trial");
  for (AttemptRecord& each : out.attempts) {
    if (!lost || !each.counted) continue;
    each.running = false;
    each.outcome = outcome_name(Outcome::kHostLost);
  }
  out.metrics = read_metrics(connection, hex);
  out.texts = read_texts(connection, hex);
  for (const AttemptRecord& each : out.attempts) {
    if (each.counted) out.provenance = load_provenance(database, each.provenance);
  }
  return out;
}

std::map<std::string, std::string> load_provenance(const Database& database,
                                                   const std::string& digest) {
  Statement rows = database.connection().prepare(
      "SELECT fact, value FROM provenance_facts WHERE provenance = ?");
  std::map<std::string, std::string> out;
  rows.with(digest);
  while (rows.step()) out.emplace(rows.string(0), rows.string(1));
  return out;
}

std::vector<CurvePoint> load_curve(const Database& database, const TrialId& id,
                                   std::string_view metric, std::size_t at_most) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  Statement row = connection.prepare(
      "SELECT s.trial_id, s.metric_id, s.points FROM trial t, metric m "
      "JOIN series s ON s.trial_id = t.trial_id AND s.metric_id = m.metric_id "
      "WHERE t.trial = ? AND m.name = ?");
  const std::string hex = id.hex();
  if (!row.with(hex, metric).step()) return {};
  return PointReader(connection)
      .read(row.integer(0), row.integer(1), static_cast<std::uint64_t>(row.integer(2)), at_most);
}

}  // namespace polysweep
