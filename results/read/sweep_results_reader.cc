#include "results/read/sweep_results_reader.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "framework/core/error.h"
#include "framework/journal/event.h"
#include "results/read/code_comparison.h"
#include "results/read/curves_on_demand.h"
#include "results/read/earlier_plans.h"
#include "results/read/final_values.h"
#include "results/read/json_member.h"
#include "results/read/last_planning.h"
#include "results/read/point_reader.h"
#include "results/read/stored_plan.h"
#include "results/read/trial_record.h"
#include "results/schema/connection.h"
#include "results/schema/report_findings.h"
#include "results/schema/series_summary.h"

namespace polysweep {
namespace {

void read_planning(Connection& connection, const std::string& sweep, const LastPlanning& known,
                   SweepResults& out) {
  Statement row = connection.prepare(
      "SELECT r.revision, n.planned_us, n.description FROM planning n "
      "JOIN revision r ON r.revision_id = n.revision_id WHERE n.planning_id = ?");
  check(row.with(known.planning_id).step(), "a known sweep has a planning");
  static_cast<PlanDescription&>(out) = read_description(sweep, row.text(2));
  std::erase_if(out.factors,
                [&](const FactorInfo& factor) { return factor.name == out.replicate; });
  out.sweep = sweep;
  out.revision = row.string(0);
  out.planned_us = row.integer(1);
}

// All cells unless some are chosen, behind those that are there.
void append_cells(Connection& connection, const LastPlanning& known,
                  const std::vector<std::uint32_t>& chosen, SweepResults& out) {
  std::uint32_t place = 0;
  for (Cell& cell : read_cells(connection, known.revision_id, chosen)) {
    out.cells.push_back({std::move(cell.levels),
                         cell.baseline,
                         cell.is_baseline,
                         {},
                         chosen.empty() ? place : chosen[place]});
    ++place;
  }
}

void read_plan(Connection& connection, const std::string& sweep, const LastPlanning& known,
               const std::vector<std::uint32_t>& chosen, SweepResults& out) {
  read_planning(connection, sweep, known, out);
  append_cells(connection, known, chosen, out);
}

// Of chosen cells: replaces the numbers of the baselines by their places.
void place_baselines(SweepResults& out) {
  std::unordered_map<int, int> places;  // by number
  for (const CellResult& each : out.cells) {
    const bool is_new =
        places.emplace(static_cast<int>(each.number), static_cast<int>(places.size())).second;
    check(is_new, "a cell is chosen once");
  }
  for (CellResult& each : out.cells) {
    const auto baseline = places.find(each.baseline);
    each.baseline = baseline == places.end() ? -1 : baseline->second;
  }
}

// What became of a trial's counted attempt, where that did not simply finish:
// it runs, or its host was lost.
class UnfinishedReader {
 public:
  explicit UnfinishedReader(Connection& connection)
      : row_(connection.prepare(
            "SELECT outcome, message FROM attempts WHERE trial = ? AND counted")) {}

  void read(TrialResult& trial) {
    const std::string hex = trial.id.hex();
    if (!row_.with(hex).step()) return;
    trial.outcome = row_.string(0);
    trial.message = row_.string(1);
    row_.reset();
  }

 private:
  Statement row_;
};

// How many attempts of a trial failed: a stop, a preemption and a lost host do not count.
class FailureCounter {
 public:
  explicit FailureCounter(Connection& connection)
      : row_(connection.prepare(
            "SELECT count(*) FROM attempt WHERE trial_id = ?1 AND outcome BETWEEN ?2 AND ?3")) {}

  int of(std::int64_t trial_id) {
    row_.with(trial_id, static_cast<int>(Outcome::kError), static_cast<int>(Outcome::kTimedOut));
    check(row_.step(), "an aggregate has one row");
    const auto count = static_cast<int>(row_.integer(0));
    row_.reset();
    return count;
  }

 private:
  Statement row_;
};

std::unordered_map<std::int64_t, std::string> names_by_key(Connection& connection,
                                                           std::string_view sql) {
  std::unordered_map<std::int64_t, std::string> out;
  Statement rows = connection.prepare(sql);
  while (rows.step()) out.emplace(rows.integer(0), rows.string(1));
  return out;
}

// All but the trials' series. The keys of trials stand in `keys`, the columns
// trial_summary.series in `packed`.
struct TrialKeys {
  std::vector<std::int64_t> keys;
  std::vector<std::string> packed;
  std::map<std::string, std::int64_t> metrics;  // of those that have series
};

constexpr const char* kTrials =
    "SELECT t.trial_id, t.trial, x.cell, t.state, t.attempt, coalesce(x.parameters, t.parameters), "
    "k.series, a.outcome, "
    "a.message, a.output_tail, a.elapsed_s, a.peak_memory_bytes, a.provenance_id, "
    "a.points_dropped, a.finished_us, a.findings "
    "FROM sweep_trial x JOIN trial t ON t.trial_id = x.trial_id "
    "LEFT JOIN attempt a ON a.trial_id = t.trial_id AND a.attempt = t.attempt "
    "AND a.journal_id = t.journal_id "
    "LEFT JOIN trial_summary k ON k.trial_id = t.trial_id "
    "WHERE x.revision_id = ?1 "
    "AND (?2 = '[]' OR x.cell IN (SELECT value FROM json_each(?2))) ORDER BY x.position";

// Of the cells from `first_cell` on.
void read_trials(const Database& database, const LastPlanning& known,
                 const std::vector<std::uint32_t>& cells, std::size_t first_cell, TrialKeys& keys,
                 SweepResults& out) {
  Connection& connection = database.connection();
  const std::string chosen = fmt::format("[{}]", fmt::join(cells, ","));
  const auto digests =
      names_by_key(connection, "SELECT provenance_id, digest FROM provenance_document");
  const JsonMember replicate(out.replicate);
  UnfinishedReader unfinished(connection);
  FailureCounter failures(connection);
  std::unordered_map<std::uint32_t, std::uint32_t> places;  // of cells, by number
  for (std::size_t i = first_cell; i < out.cells.size(); ++i) {
    places.emplace(out.cells[i].number, static_cast<std::uint32_t>(i));
  }
  Statement rows = connection.prepare(kTrials);
  rows.with(known.revision_id, chosen);
  while (rows.step()) {
    TrialResult trial;
    keys.keys.push_back(rows.integer(0));
    keys.packed.emplace_back(rows.blob(6));
    trial.id = TrialId::from_hex(rows.text(1));
    const auto place = places.find(static_cast<std::uint32_t>(rows.integer(2)));
    if (place == places.end()) {
      fail("sweep '{}' has a trial of cell {}, which is not in its description", out.sweep,
           rows.integer(2));
    }
    trial.cell = place->second;
    trial.state = database.current_state(rows.integer(0), rows.integer(3));
    trial.attempts = static_cast<int>(rows.integer(4));
    if (trial.attempts > 1) trial.failed_attempts = failures.of(rows.integer(0));
    trial.replicate = replicate.displayed(rows.text(5));
    if (!rows.is_null(7)) {
      trial.outcome = outcome_name(static_cast<Outcome>(rows.integer(7)));
      trial.message = rows.string(8);
      trial.output_tail = rows.string(9);
      trial.elapsed_s = rows.is_null(10) ? 0 : rows.real(10);
      trial.peak_memory_bytes = rows.is_null(11) ? 0 : rows.real(11);
    } else if (trial.attempts > 0) {
      unfinished.read(trial);
    }
    trial.points_dropped = static_cast<std::uint64_t>(rows.integer(13));
    trial.finished_us = rows.is_null(14) ? 0 : rows.integer(14);
    trial.findings = findings_of(rows.text(15));
    if (!rows.is_null(12)) trial.provenance = digests.at(rows.integer(12));
    out.cells[trial.cell].trials.push_back(out.trials.size());
    out.trials.push_back(std::move(trial));
  }
}

// Final values, the metrics that were reported, and every series in brief.
// Returns how many points those have that have a curve.
std::uint64_t read_series(Connection& connection, TrialKeys& keys, SweepResults& out) {
  const auto names = names_by_key(connection, "SELECT metric_id, name FROM metric");
  struct Place {
    const std::string* name = nullptr;
    std::vector<SeriesResult>* series = nullptr;
  };
  std::unordered_map<std::int64_t, Place> places;
  std::set<std::int64_t> with_curve;
  std::uint64_t points = 0;
  SummaryReader summaries(connection);
  FinalValues finals(connection, out);
  check(keys.keys.size() == out.trials.size(), "every trial of the results has its key");
  for (std::size_t i = 0; i < keys.keys.size(); ++i) {
    TrialResult& trial = out.trials[i];
    for (const SeriesSummary& each : summaries.read(keys.keys[i], keys.packed[i])) {
      check(each.points > 0 && each.first_step <= each.last_step, "a series has points by step");
      Place& place = places[each.metric_id];
      if (place.series == nullptr) {
        place = {&names.at(each.metric_id), &out.series[names.at(each.metric_id)]};
        keys.metrics[*place.name] = each.metric_id;
      }
      place.series->push_back(
          {i, each.points, each.first_step, each.last_step, each.last, each.minimum, each.maximum});
      if (each.first_step < each.last_step) {
        with_curve.insert(each.metric_id);
        points += each.points;
      }
      if (trial.state != TrialState::kDone) continue;
      const double value =
          finals.is_last(each.metric_id) ? each.last : finals.of(keys.keys[i], each);
      trial.final_metrics.emplace_hint(trial.final_metrics.end(), *place.name, value);
    }
  }
  out.short_series = finals.short_series();
  for (const std::int64_t metric_id : with_curve) out.curves[names.at(metric_id)];
  for (const auto& [name, series] : out.series) {
    const bool known = std::any_of(out.metrics.begin(), out.metrics.end(),
                                   [&](const MetricInfo& each) { return each.name == name; });
    if (!known) out.metrics.emplace_back().name = name;
  }
  return points;
}

// Of a sweep that is not a large one; inside of a transaction.
void read_curves(Connection& connection, const TrialKeys& keys, const SweepResultsOptions& options,
                 SweepResults& out) {
  PointReader reader(connection);
  for (auto& [name, curves] : out.curves) {
    const std::int64_t metric_id = keys.metrics.at(name);
    for (const SeriesResult& each : out.series.at(name)) {
      curves.push_back({each.trial, reader.read(keys.keys[each.trial], metric_id, each.points,
                                                options.points_per_curve)});
    }
  }
}

// Series, curves and provenance of the trials that are there.
void read_measurements(const Database& database, TrialKeys& keys,
                       const SweepResultsOptions& options, SweepResults& out) {
  Connection& connection = database.connection();
  const std::uint64_t points = read_series(connection, keys, out);
  if (options.points_in_all == 0 || points > options.points_in_all) {
    out.curves_on_demand =
        std::make_shared<CurvesOnDemand>(database, std::move(keys.keys), out.series);
  } else {
    read_curves(connection, keys, options, out);
  }
  for (const TrialResult& trial : out.trials) {
    if (trial.provenance.empty() || out.provenance.contains(trial.provenance)) continue;
    out.provenance.emplace(trial.provenance, load_provenance(database, trial.provenance));
  }
}

}  // namespace

SweepResults load_description(const Database& database, const std::string& sweep) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  SweepResults out;
  read_planning(connection, sweep, last_planning(connection, sweep), out);
  return out;
}

SweepResults load_plan(const Database& database, const std::string& sweep,
                       const std::vector<std::uint32_t>& cells) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  SweepResults out;
  read_plan(connection, sweep, last_planning(connection, sweep), cells, out);
  place_baselines(out);
  return out;
}

SweepResults load_sweep_results(const Database& database, const std::string& sweep,
                                const SweepResultsOptions& options) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning known = last_planning(connection, sweep);
  SweepResults out;
  read_plan(connection, sweep, known, options.cells, out);
  place_baselines(out);
  out.earlier_plans = read_earlier_plans(connection, sweep, known);
  if (!out.code_runs.empty()) {
    out.code_notes.push_back(
        fmt::format("Code {:.8} is declared to mean the same as {:.8} (code_same_as in the sweep "
                    "file), which is not checked: trials of both are shown together.",
                    out.code_runs, out.code_digest));
  }
  if (!out.code_digest.empty()) {
    std::string others = other_versions_sentence(sweep, load_code_versions(database, sweep));
    if (!others.empty()) out.code_notes.push_back(std::move(others));
  }
  TrialKeys keys;
  read_trials(database, known, options.cells, 0, keys, out);
  read_measurements(database, keys, options, out);
  return out;
}

SweepResults load_code_comparison(const Database& database, const std::string& sweep,
                                  const CodeVersion& before, const CodeVersion& now,
                                  const SweepResultsOptions& options) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  SweepResults first;
  SweepResults out;
  read_planning(connection, sweep, before.planning, first);
  read_planning(connection, sweep, now.planning, out);
  expect_comparable(first, out, before, now);
  TrialKeys keys;
  for (const CodeVersion* version : {&before, &now}) {
    const std::size_t begin = out.cells.size();
    append_cells(connection, version->planning, {}, out);
    read_trials(database, version->planning, {}, begin, keys, out);
    for (std::size_t i = begin; i < out.cells.size(); ++i) {
      out.cells[i].levels.set(kCodeFactor, Value(version->name));
    }
  }
  make_arms(first, before, now, out);
  read_measurements(database, keys, options, out);
  return out;
}

}  // namespace polysweep
