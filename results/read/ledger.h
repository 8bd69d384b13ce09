// The ledger: the trials that were planned, that are done, and that are still to
// be run.
//
// A trial has one state, that of its counted attempt (the one with the highest
// number): done, diverged or failed after an attempt settled it; running while its
// host may be alive; otherwise pending, to be run (again).
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

// The state of one trial, and its attempts. All zero for an unknown trial.
struct Standing {
  TrialState state = TrialState::kPending;
  std::uint32_t attempts = 0;  // the highest attempt number so far
  // The outcomes of the attempts that ended without a result, since the trial was
  // last reopened. An attempt whose host was lost counts as kHostLost. Empty for a
  // settled trial.
  std::map<Outcome, std::uint32_t> unsettled;
  // The host whose journal contains the counted attempt, "" for none. A running
  // trial is lost if this host is not alive and its journal is not locked.
  std::string host;
  // Pending because that host left it running and is not alive (lost_hosts.h).
  bool lost = false;

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
  StateCounts& operator+=(const StateCounts& other);
  // Counts one trial that is counted as running as pending.
  void lose_running();
  friend bool operator==(const StateCounts&, const StateCounts&) = default;
};

struct SweepSummary {
  std::string name;
  std::string experiment;
  int experiment_version = 1;
  std::string revision;
  std::int64_t planned_us = 0;
  StateCounts counts;
};

// A trial of a plan that is not settled.
struct OpenTrial {
  std::size_t index = 0;  // in the plan
  Standing standing;
};

// The states of a plan's trials, whichever sweep they were run for.
struct PlanStanding {
  StateCounts counts;
  std::vector<TrialState> states;  // in plan order
  std::vector<OpenTrial> open;     // likewise

  // Of the trials at these positions of the plan.
  StateCounts counts_of(const std::vector<std::uint32_t>& positions) const;
};

// A trial whose counted attempt reported something that was not recorded as it was, or
// that the sweep does not declare.
struct ReportProblem {
  TrialId trial;
  bool has_result = false;  // done or diverged: its series are not complete if points lack
  // As in column points_dropped of view attempts.
  std::uint64_t points_dropped = 0;
  ReportFindings findings;
};

class Ledger {
 public:
  explicit Ledger(const Database& database) : database_(database) {}

  Standing standing(const TrialId& trial) const;
  // A million settled trials take less than two seconds (bench/README.md, `million`).
  PlanStanding standing(const Plan& plan) const;

  // How far each host's journal was read. A caller that continues to read from
  // there must call this before standing(): records in between are then read twice
  // and not missed.
  std::map<std::string, JournalPosition> positions() const;

  // All sweeps, by name.
  std::vector<SweepSummary> sweeps() const;
  // By cell number, of the sweep as last planned. Throws Error that names the nearest
  // known sweep.
  std::vector<StateCounts> cells(const std::string& sweep) const;

  // The settled trials of the sweep with such a report, in plan order. Takes time for
  // those trials alone. Throws Error as cells() does.
  std::vector<ReportProblem> report_problems(const std::string& sweep) const;

  // True if the sweep as last planned is this one: the same revision and
  // description (framework/sweep/plan/plan.h describe()), and all of its trials are
  // in the database. Otherwise the plan must be written to the journal.
  bool holds_plan(const std::string& sweep, const std::string& revision,
                  const std::string& description) const;

 private:
  const Database& database_;
};

}  // namespace polysweep
