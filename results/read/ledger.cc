#include "results/read/ledger.h"

#include <unordered_map>

#include "framework/core/error.h"
#include "results/read/last_planning.h"
#include "results/schema/connection.h"
#include "results/schema/report_findings.h"

namespace polysweep {
namespace {

// From here on looking for each trial of a plan costs more than reading all that
// the database has: of 400,000 trials, from a seventh (asked for as they are
// stored) or a tenth of them (in random order) on.
constexpr std::int64_t kScanFactor = 8;

// Answers for one trial after another.
class StandingReader {
 public:
  explicit StandingReader(const Database& database)
      : database_(database),
        trial_(database.connection().prepare(
            "SELECT t.trial_id, t.state, t.attempt, j.host FROM trial t "
            "LEFT JOIN journal j ON j.journal_id = t.journal_id WHERE t.trial = ?")),
        unsettled_(database.connection().prepare(
            "SELECT o.outcome, count(*) FROM attempts a JOIN outcome o ON o.name = a.outcome "
            "WHERE a.trial = ?1 AND NOT a.final AND a.attempt > coalesce((SELECT max(f.attempt) "
            "FROM attempts f WHERE f.trial = ?1 AND f.final), 0) GROUP BY o.outcome")) {}

  Standing read(const TrialId& id) {
    Standing out;
    const std::string hex = id.hex();
    if (!trial_.with(hex).step()) return out;
    out.state = database_.current_state(trial_.integer(0), trial_.integer(1));
    out.lost = out.state != static_cast<TrialState>(trial_.integer(1));
    out.attempts = static_cast<std::uint32_t>(trial_.integer(2));
    out.host = trial_.string(3);
    trial_.reset();
    const bool open = out.state == TrialState::kPending || out.state == TrialState::kRunning;
    if (out.attempts == 0 || !open) return out;
    unsettled_.with(hex);
    while (unsettled_.step()) {
      out.unsettled[static_cast<Outcome>(unsettled_.integer(0))] =
          static_cast<std::uint32_t>(unsettled_.integer(1));
    }
    return out;
  }

 private:
  const Database& database_;
  Statement trial_, unsettled_;
};

struct Brief {
  TrialState state = TrialState::kPending;
  bool attempted = false;
};

std::vector<Brief> scan_briefs(const Database& database, const Plan& plan) {
  std::unordered_map<TrialId, std::uint32_t> places;
  places.reserve(plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    places.emplace(plan.id(i), static_cast<std::uint32_t>(i));
  }
  std::vector<Brief> out(plan.size());
  Statement rows =
      database.connection().prepare("SELECT trial, state, attempt, trial_id FROM trial");
  while (rows.step()) {
    const auto place = places.find(TrialId::from_hex(rows.text(0)));
    if (place == places.end()) continue;
    out[place->second] = {database.current_state(rows.integer(3), rows.integer(1)),
                          rows.integer(2) > 0};
  }
  return out;
}

std::vector<Brief> find_briefs(const Database& database, const Plan& plan) {
  std::vector<Brief> out(plan.size());
  Statement row =
      database.connection().prepare("SELECT state, attempt, trial_id FROM trial WHERE trial = ?");
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (!row.with(plan.id(i).hex()).step()) continue;
    out[i] = {database.current_state(row.integer(2), row.integer(0)), row.integer(1) > 0};
  }
  return out;
}

// The cell of each lost trial that a planning contains.
std::vector<std::int64_t> cells_of_lost_trials(const Database& database,
                                               const LastPlanning& planning) {
  std::vector<std::int64_t> out;
  if (database.lost_trials().empty()) return out;
  Statement row = database.connection().prepare(
      "SELECT x.cell FROM sweep_trial x INDEXED BY sweep_trial_trial "
      "JOIN trial t ON t.trial_id = x.trial_id "
      "WHERE x.trial_id = ? AND x.revision_id = ? AND t.state = ?");
  for (const std::int64_t trial_id : database.lost_trials()) {
    row.with(trial_id, planning.revision_id, static_cast<int>(TrialState::kRunning));
    while (row.step()) out.push_back(row.integer(0));
  }
  return out;
}

}  // namespace

void StateCounts::lose_running() {
  check(running > 0, "a lost trial was counted as running");
  --running;
  ++pending;
}

StateCounts& StateCounts::operator+=(const StateCounts& other) {
  planned += other.planned;
  done += other.done;
  running += other.running;
  diverged += other.diverged;
  failed += other.failed;
  pending += other.pending;
  return *this;
}

void StateCounts::add(TrialState state, std::uint64_t count) {
  planned += count;
  switch (state) {
    case TrialState::kPending:
      pending += count;
      break;
    case TrialState::kRunning:
      running += count;
      break;
    case TrialState::kDone:
      done += count;
      break;
    case TrialState::kDiverged:
      diverged += count;
      break;
    case TrialState::kFailed:
      failed += count;
      break;
  }
}

StateCounts PlanStanding::counts_of(const std::vector<std::uint32_t>& positions) const {
  StateCounts out;
  for (const std::uint32_t position : positions) out.add(states.at(position));
  return out;
}

Standing Ledger::standing(const TrialId& trial) const {
  const Transaction snapshot(database_.connection(), Transaction::Kind::kRead);
  return StandingReader(database_).read(trial);
}

PlanStanding Ledger::standing(const Plan& plan) const {
  Connection& connection = database_.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const std::int64_t known = connection.integer("SELECT coalesce(max(trial_id), 0) FROM trial");
  const bool scan = known / kScanFactor < static_cast<std::int64_t>(plan.size());
  const std::vector<Brief> briefs =
      scan ? scan_briefs(database_, plan) : find_briefs(database_, plan);
  check(briefs.size() == plan.size(), "every trial of the plan has a state");
  StandingReader reader(database_);
  PlanStanding out;
  out.states.reserve(plan.size());
  for (std::size_t i = 0; i < plan.size(); ++i) {
    out.counts.add(briefs[i].state);
    out.states.push_back(briefs[i].state);
    if (is_settled(briefs[i].state)) continue;
    out.open.push_back({i, briefs[i].attempted ? reader.read(plan.id(i)) : Standing()});
  }
  return out;
}

std::map<std::string, JournalPosition> Ledger::positions() const {
  Statement rows = database_.connection().prepare(
      "SELECT host, segment, offset_bytes, last_sequence FROM journals");
  std::map<std::string, JournalPosition> out;
  while (rows.step()) {
    out[rows.string(0)] = {static_cast<std::uint64_t>(rows.integer(1)),
                           static_cast<std::uint64_t>(rows.integer(2)),
                           static_cast<Sequence>(rows.integer(3))};
  }
  return out;
}

std::vector<SweepSummary> Ledger::sweeps() const {
  Connection& connection = database_.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  Statement rows = connection.prepare(
      "SELECT sweep, experiment, version, revision, planned_us FROM sweeps ORDER BY sweep");
  Statement counts = connection.prepare(
      "SELECT t.state, count(*) FROM sweep s JOIN planning n ON n.planning_id = s.planning_id "
      "JOIN sweep_trial x ON x.revision_id = n.revision_id "
      "JOIN trial t ON t.trial_id = x.trial_id WHERE s.name = ? GROUP BY t.state");
  std::vector<SweepSummary> out;
  while (rows.step()) {
    SweepSummary each;
    each.name = rows.string(0);
    each.experiment = rows.string(1);
    each.experiment_version = static_cast<int>(rows.integer(2));
    each.revision = rows.string(3);
    each.planned_us = rows.integer(4);
    counts.with(each.name);
    while (counts.step()) {
      each.counts.add(static_cast<TrialState>(counts.integer(0)),
                      static_cast<std::uint64_t>(counts.integer(1)));
    }
    if (!database_.lost_trials().empty()) {
      const LastPlanning planning = last_planning(connection, each.name);
      for (const std::int64_t cell : cells_of_lost_trials(database_, planning)) {
        static_cast<void>(cell);
        each.counts.lose_running();
      }
    }
    out.push_back(std::move(each));
  }
  return out;
}

std::vector<StateCounts> Ledger::cells(const std::string& sweep) const {
  Connection& connection = database_.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning known = last_planning(connection, sweep);
  std::vector<StateCounts> out(static_cast<std::size_t>(connection.integer(
      fmt::format("SELECT count(*) FROM cell WHERE revision_id = {}", known.revision_id))));
  Statement trials = connection.prepare(
      "SELECT x.cell, t.state FROM sweep_trial x "
      "JOIN trial t ON t.trial_id = x.trial_id WHERE x.revision_id = ?");
  trials.with(known.revision_id);
  while (trials.step()) {
    const auto cell = static_cast<std::size_t>(trials.integer(0));
    if (cell >= out.size()) {
      fail("sweep '{}' has a trial of cell {}, which is not in its description", sweep, cell);
    }
    out[cell].add(static_cast<TrialState>(trials.integer(1)));
  }
  for (const std::int64_t cell : cells_of_lost_trials(database_, known)) {
    out.at(static_cast<std::size_t>(cell)).lose_running();
  }
  return out;
}

std::vector<ReportProblem> Ledger::report_problems(const std::string& sweep) const {
  Connection& connection = database_.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning known = last_planning(connection, sweep);
  Statement rows = connection.prepare(
      "SELECT t.trial, t.state, a.points_dropped, a.findings "
      "FROM attempt a INDEXED BY attempt_reported "
      "CROSS JOIN trial t ON t.trial_id = a.trial_id AND t.attempt = a.attempt "
      "AND t.journal_id = a.journal_id "
      "CROSS JOIN sweep_trial x ON x.trial_id = t.trial_id AND x.revision_id = ?1 "
      "WHERE (a.points_dropped > 0 OR a.findings <> '') AND t.state IN (?2, ?3, ?4) "
      "ORDER BY x.position");
  std::vector<ReportProblem> out;
  rows.with(known.revision_id, static_cast<int>(TrialState::kDone),
            static_cast<int>(TrialState::kDiverged), static_cast<int>(TrialState::kFailed));
  while (rows.step()) {
    ReportProblem each;
    each.trial = TrialId::from_hex(rows.text(0));
    each.has_result = static_cast<TrialState>(rows.integer(1)) != TrialState::kFailed;
    each.points_dropped = static_cast<std::uint64_t>(rows.integer(2));
    each.findings = findings_of(rows.text(3));
    out.push_back(std::move(each));
  }
  return out;
}

bool Ledger::holds_plan(const std::string& sweep, const std::string& revision,
                        const std::string& description) const {
  Statement row = database_.connection().prepare(
      "SELECT r.revision, n.description, n.trial_count = "
      "(SELECT count(*) FROM sweep_trial x WHERE x.revision_id = n.revision_id) "
      "AND json_extract(n.description, '$.cell_count') = "
      "(SELECT count(*) FROM cell c WHERE c.revision_id = n.revision_id) "
      "FROM sweep s JOIN planning n ON n.planning_id = s.planning_id "
      "JOIN revision r ON r.revision_id = n.revision_id WHERE s.name = ?");
  return row.with(sweep).step() && row.text(0) == revision && row.text(1) == description &&
         row.integer(2) != 0;
}

}  // namespace polysweep
