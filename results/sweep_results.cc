#include "results/sweep_results.h"

#include <algorithm>
#include <array>
#include <set>

#include "framework/error.h"
#include "results/connection.h"
#include "results/curve_reader.h"
#include "results/known_sweep.h"
#include "results/sweep_description.h"
#include "results/trial_record.h"

namespace polysweep {
namespace {

constexpr std::array<std::string_view, 5> kStateNames{"missing", "running", "done", "diverged",
                                                      "failed"};

void read_planning(Connection& connection, const KnownSweep& known, SweepResults& out) {
  Statement row = connection.prepare(
      "SELECT r.revision, n.planned_us, n.description FROM planning n "
      "JOIN revision r ON r.revision_id = n.revision_id WHERE n.planning_id = ?");
  check(row.with(known.planning_id).step(), "a known sweep has a planning");
  out.revision = row.string(0);
  out.planned_us = row.integer(1);
  read_description(out.sweep, row.string(2), out);
}

// What became of a trial's counted attempt.
class AttemptReader {
 public:
  explicit AttemptReader(Connection& connection)
      : row_(connection.prepare(
            "SELECT outcome, message, output_tail, elapsed_s, peak_memory_bytes, provenance "
            "FROM attempts WHERE trial = ? AND counted")) {}

  void read(TrialResult& trial) {
    const std::string hex = trial.id.hex();
    if (!row_.with(hex).step()) return;
    trial.outcome = row_.string(0);
    trial.message = row_.string(1);
    trial.output_tail = row_.string(2);
    trial.elapsed_s = row_.is_null(3) ? 0 : row_.real(3);
    trial.peak_memory_bytes = row_.is_null(4) ? 0 : row_.real(4);
    trial.provenance = row_.string(5);
    row_.reset();
  }

 private:
  Statement row_;
};

// Appends the trials in plan order; returns their keys.
std::vector<std::int64_t> read_trials(Connection& connection, const KnownSweep& known,
                                      SweepResults& out) {
  Statement rows = connection.prepare(
      "SELECT t.trial_id, t.trial, x.cell, t.state, t.attempt, t.parameters FROM sweep_trial x "
      "JOIN trial t ON t.trial_id = x.trial_id WHERE x.revision_id = ? ORDER BY x.position");
  AttemptReader attempts(connection);
  std::vector<std::int64_t> keys;
  rows.with(known.revision_id);
  while (rows.step()) {
    TrialResult trial;
    keys.push_back(rows.integer(0));
    trial.id = TrialId::from_hex(rows.text(1));
    trial.cell = static_cast<std::uint32_t>(rows.integer(2));
    trial.state = static_cast<TrialState>(rows.integer(3));
    trial.attempts = static_cast<int>(rows.integer(4));
    const Parameters parameters = Parameters::from_json(rows.text(5));
    const Value* replicate = parameters.find(out.replicate);
    if (replicate != nullptr) trial.replicate = replicate->display();
    if (trial.attempts > 0) attempts.read(trial);
    if (trial.cell >= out.cells.size()) {
      fail("sweep '{}' has a trial of cell {}, which its description lacks", out.sweep, trial.cell);
    }
    out.cells[trial.cell].trials.push_back(out.trials.size());
    out.trials.push_back(std::move(trial));
  }
  return keys;
}

// Final values, the metrics that were reported, and the series of more than a
// point.
void read_series(Connection& connection, const std::vector<std::int64_t>& keys,
                 const SweepResultsOptions& options, SweepResults& out) {
  struct Series {
    std::size_t trial;
    std::int64_t metric_id;
    std::uint64_t points;
  };
  std::map<std::string, std::vector<Series>> all;
  std::set<std::string> with_curve;
  Statement rows = connection.prepare(
      "SELECT m.name, s.metric_id, s.points, s.last, s.first_step < s.last_step FROM series s "
      "JOIN metric m ON m.metric_id = s.metric_id WHERE s.trial_id = ?");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    rows.with(keys[i]);
    while (rows.step()) {
      const std::string name = rows.string(0);
      all[name].push_back({i, rows.integer(1), static_cast<std::uint64_t>(rows.integer(2))});
      if (rows.integer(4) != 0) with_curve.insert(name);
      if (out.trials[i].state == TrialState::kDone) {
        out.trials[i].final_metrics.emplace(name, rows.real(3));
      }
    }
  }
  CurveReader curves(connection);
  for (const auto& [name, series] : all) {
    const bool known = std::any_of(out.metrics.begin(), out.metrics.end(),
                                   [&](const MetricInfo& each) { return each.name == name; });
    if (!known) out.metrics.push_back({name, Goal::kMinimize, "", ""});
    if (!with_curve.contains(name)) continue;
    for (const Series& each : series) {
      out.curves[name].push_back({each.trial, curves.read(keys[each.trial], each.metric_id,
                                                          each.points, options.points_per_curve)});
    }
  }
}

}  // namespace

std::string_view state_name(TrialState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

SweepResults load_sweep_results(const Database& database, const std::string& sweep,
                                SweepResultsOptions options) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const KnownSweep known = known_sweep(connection, sweep);
  SweepResults out;
  out.sweep = sweep;
  read_planning(connection, known, out);
  const std::vector<std::int64_t> keys = read_trials(connection, known, out);
  read_series(connection, keys, options, out);
  for (const TrialResult& trial : out.trials) {
    if (trial.provenance.empty() || out.provenance.contains(trial.provenance)) continue;
    out.provenance.emplace(trial.provenance, load_provenance(database, trial.provenance));
  }
  return out;
}

}  // namespace polysweep
