// The ledger: what was planned, what is done, and what is still to be run.
//
// A trial has one state, that of its counted attempt (the one with the highest
// number): done, diverged or failed once an attempt settled it; running while
// its host may still live; else pending, to be run (again).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "framework/journal/event.h"
#include "framework/journal/journal_reader.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/plan/plan.h"
#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

// How one trial stands. All zero for a trial the database does not know.
struct Standing {
  TrialState state = TrialState::kPending;
  std::uint32_t attempts = 0;  // the highest attempt number so far
  // How the attempts that settled nothing ended, as far as they ended: since the
  // last that settled the trial, where it was reopened. Those whose host vanished
  // count as kHostLost.
  // Not asked for where the trial is settled: empty.
  std::map<Outcome, std::uint32_t> unsettled;
  // Of the counted attempt: whose journal it is in, "" for none. A running
  // trial is lost if this host no longer lives and its journal is not locked.
  std::string host;

  std::uint32_t next_attempt() const { return attempts + 1; }
};

struct StateCounts {
  std::uint64_t planned = 0;
  std::uint64_t done = 0;
  std::uint64_t running = 0;
  std::uint64_t diverged = 0;
  std::uint64_t failed = 0;
  std::uint64_t pending = 0;

  void add(TrialState state, std::uint64_t count = 1);
  friend bool operator==(const StateCounts&, const StateCounts&) = default;
};

struct CellCounts {
  std::uint32_t cell = 0;
  Parameters levels;
  bool is_baseline = false;
  StateCounts counts;
};

struct SweepSummary {
  std::string name;
  std::string experiment;
  int experiment_version = 1;
  std::string revision;
  std::int64_t planned_us = 0;
  StateCounts counts;
};

// A trial of a plan that is not settled, whoever runs it.
struct OpenTrial {
  std::size_t index = 0;  // in the plan
  Standing standing;
};

// How a plan stands, whatever sweep its trials were run for.
struct PlanStanding {
  StateCounts counts;
  std::vector<OpenTrial> open;  // in plan order
};

// A trial with a result of which points were dropped: its series are not complete.
struct DroppedPoints {
  TrialId trial;
  // Of the counted attempt, as in column points_dropped of view attempts.
  std::uint64_t points = 0;
};

class Ledger {
 public:
  explicit Ledger(const Database& database) : database_(database) {}

  Standing standing(const TrialId& trial) const;
  // Of a million settled trials in less than two seconds (bench/README.md, `million`).
  PlanStanding standing(const Plan& plan) const;

  // How far each host's journal was read. To be asked before standing(), for
  // whoever reads on from there: what stands between is then read twice, not
  // missed.
  std::map<std::string, JournalPosition> positions() const;

  // All sweeps, by name.
  std::vector<SweepSummary> sweeps() const;
  // Per cell of the sweep as last planned, in plan order. Throws Error that
  // names the nearest known sweep.
  std::vector<CellCounts> cells(const std::string& sweep) const;

  // The done and diverged trials of the sweep of which points were dropped, in plan
  // order. Takes time for those trials alone. Throws Error as cells() does.
  std::vector<DroppedPoints> dropped_points(const std::string& sweep) const;

  // True if the sweep as last planned is this one: the same revision and
  // description (framework/sweep/plan/plan.h describe()), and all of its trials are there.
  // Else the plan must be written to the journal.
  bool holds_plan(const std::string& sweep, const std::string& revision,
                  const std::string& description) const;

 private:
  const Database& database_;
};

}  // namespace polysweep
