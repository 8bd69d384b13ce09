#include "results/read/live_sweep.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "framework/core/error.h"
#include "framework/journal/event.h"
#include "framework/sweep/role.h"
#include "results/read/last_planning.h"
#include "results/read/stored_plan.h"
#include "results/schema/connection.h"

namespace polysweep {
namespace {

constexpr std::int64_t kWindowUs = 60'000'000;
constexpr double kLongestGapS = 60;  // a longer one is a pause, not part of a trial
constexpr std::size_t kFailures = 20;

// The counted attempt of a trial of the sweep.
struct Row {
  std::int64_t trial_id = 0;
  std::string trial;
  std::uint32_t cell = 0;
  TrialState state = TrialState::kPending;
  std::uint32_t attempt = 0;
  std::string host;
  int slot = 0;
  int device = -1;
  std::int64_t started_us = 0;
  std::int64_t finished_us = 0;
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::string parameters;

  bool settled() const { return state != TrialState::kPending && state != TrialState::kRunning; }
};

std::vector<Row> read_rows(const Database& database, std::int64_t revision_id) {
  Statement rows = database.connection().prepare(
      "SELECT t.trial_id, t.trial, x.cell, t.state, t.attempt, coalesce(j.host, ''), a.slot, "
      "a.device, a.started_us, a.finished_us, coalesce(a.elapsed_s, 0), "
      "coalesce(a.peak_memory_bytes, 0), CASE t.state WHEN 1 THEN coalesce(x.parameters, "
      "t.parameters) END "
      "FROM sweep_trial x JOIN trial t ON t.trial_id = x.trial_id "
      "LEFT JOIN attempt a ON a.trial_id = t.trial_id AND a.attempt = t.attempt "
      "AND a.journal_id = t.journal_id "
      "LEFT JOIN journal j ON j.journal_id = t.journal_id WHERE x.revision_id = ?");
  std::vector<Row> out;
  rows.with(revision_id);
  while (rows.step()) {
    out.push_back({rows.integer(0), rows.string(1), static_cast<std::uint32_t>(rows.integer(2)),
                   database.current_state(rows.integer(0), rows.integer(3)),
                   static_cast<std::uint32_t>(rows.integer(4)), rows.string(5),
                   static_cast<int>(rows.integer(6)), static_cast<int>(rows.integer(7)),
                   rows.integer(8), rows.integer(9), rows.real(10), rows.real(11),
                   rows.string(12)});
  }
  return out;
}

struct Mean {
  double sum = 0;
  double count = 0;
  void add(double value) {
    sum += value;
    count += 1;
  }
  std::optional<double> value() const {
    return count > 0 ? std::optional<double>(sum / count) : std::nullopt;
  }
};

using Slot = std::pair<std::string, int>;  // of a host

// How long trials take, gaps between them included.
class Durations {
 public:
  explicit Durations(const std::vector<Row>& rows) {
    std::map<Slot, std::vector<const Row*>> ended;
    for (const Row& row : rows) {
      if (row.attempt > 0 && row.finished_us > 0) ended[{row.host, row.slot}].push_back(&row);
      if (!row.settled() || row.attempt == 0) continue;
      cells_[row.cell].add(row.elapsed_s);
      all_.add(row.elapsed_s);
    }
    for (auto& [slot, attempts] : ended) add_gaps(attempts);
  }

  std::optional<double> of(std::uint32_t cell) const {
    const auto found = cells_.find(cell);
    const std::optional<double> seconds =
        found != cells_.end() ? found->second.value() : all_.value();
    if (!seconds) return std::nullopt;
    return *seconds + gaps_.value().value_or(0);
  }

 private:
  // From one end to the next, minus the trial's own time. The time of the lease is
  // of no use: short trials are leased in advance.
  void add_gaps(std::vector<const Row*>& attempts) {
    std::sort(attempts.begin(), attempts.end(),
              [](const Row* a, const Row* b) { return a->finished_us < b->finished_us; });
    for (std::size_t i = 1; i < attempts.size(); ++i) {
      const Row& row = *attempts[i];
      const double between = static_cast<double>(row.finished_us - attempts[i - 1]->finished_us);
      const double gap = between * 1e-6 - row.elapsed_s;
      if (gap < kLongestGapS) gaps_.add(std::max(0.0, gap));
    }
  }

  std::map<std::uint32_t, Mean> cells_;
  Mean all_;
  Mean gaps_;
};

// What each busy slot works on, and since when: the first of the trials that it
// leased. The others wait.
struct Busy {
  const Row* row = nullptr;
  std::int64_t started_us = 0;
};

std::map<Slot, Busy> busy_slots(const std::vector<Row>& rows) {
  std::map<Slot, std::int64_t> last_end_us;
  std::map<Slot, Busy> busy;
  for (const Row& row : rows) {
    const Slot slot{row.host, row.slot};
    if (row.attempt > 0) last_end_us[slot] = std::max(last_end_us[slot], row.finished_us);
    if (row.state != TrialState::kRunning) continue;
    Busy& now = busy[slot];
    if (now.row == nullptr || row.started_us < now.row->started_us) now.row = &row;
  }
  for (auto& [slot, now] : busy) now.started_us = std::max(now.row->started_us, last_end_us[slot]);
  return busy;
}

std::optional<double> left_s(const std::vector<Row>& rows, const Durations& durations,
                             std::int64_t now_us) {
  const std::map<Slot, Busy> busy = busy_slots(rows);
  if (busy.empty()) return std::nullopt;
  double work = 0;
  double longest = 0;
  for (const Row& row : rows) {
    if (row.settled()) continue;
    const std::optional<double> expected = durations.of(row.cell);
    if (!expected) return std::nullopt;
    double rest = *expected;
    const auto slot = busy.find({row.host, row.slot});
    check(row.state != TrialState::kRunning || slot != busy.end(), "a running trial has a slot");
    if (row.state == TrialState::kRunning && slot->second.row == &row) {
      rest = std::max(0.0, rest - static_cast<double>(now_us - slot->second.started_us) * 1e-6);
    }
    work += rest;
    longest = std::max(longest, rest);
  }
  return std::max(work / static_cast<double>(busy.size()), longest);
}

double trials_per_s(const std::vector<Row>& rows, std::int64_t now_us) {
  std::int64_t earliest = now_us;
  std::size_t settled = 0;
  for (const Row& row : rows) {
    if (!row.settled() || row.finished_us <= now_us - kWindowUs) continue;
    ++settled;
    earliest = std::min(earliest, std::max(row.started_us, now_us - kWindowUs));
  }
  if (settled == 0 || earliest >= now_us) return 0;
  return static_cast<double>(settled) / (static_cast<double>(now_us - earliest) * 1e-6);
}

std::vector<LastPoint> last_points(Connection& connection, std::int64_t trial_id) {
  Statement rows = connection.prepare(
      "SELECT m.name, s.points, s.last_step, s.last FROM series s "
      "JOIN metric m ON m.metric_id = s.metric_id WHERE s.trial_id = ? ORDER BY m.name");
  std::vector<LastPoint> out;
  rows.with(trial_id);
  while (rows.step()) {
    out.push_back({rows.string(0), static_cast<std::uint64_t>(rows.integer(1)), rows.integer(2),
                   rows.real(3)});
  }
  return out;
}

RunningTrial running_trial(Connection& connection, const Row& row, const LiveSweep& sweep,
                           const Durations& durations, std::int64_t now_us) {
  RunningTrial out;
  out.id = TrialId::from_hex(row.trial);
  out.cell = row.cell;
  if (!sweep.replicate.empty()) {
    const Parameters parameters = Parameters::from_json(row.parameters);
    const Value* replicate = parameters.find(sweep.replicate);
    if (replicate != nullptr) out.replicate = replicate->display();
  }
  out.attempt = row.attempt;
  out.host = row.host;
  out.slot = row.slot;
  out.device = row.device;
  out.age_s = std::max(0.0, static_cast<double>(now_us - row.started_us) * 1e-6);
  out.expected_s = durations.of(row.cell);
  out.last_points = last_points(connection, row.trial_id);
  return out;
}

std::vector<FailedAttempt> failures(Connection& connection, std::int64_t revision_id) {
  Statement rows = connection.prepare(
      "SELECT t.trial, x.cell, a.attempt, a.outcome, a.final, coalesce(a.message, ''), "
      "coalesce(a.output_tail, ''), a.finished_us FROM sweep_trial x "
      "JOIN attempt a ON a.trial_id = x.trial_id JOIN trial t ON t.trial_id = x.trial_id "
      "WHERE x.revision_id = ? AND a.outcome NOT IN (?, ?) "
      "ORDER BY a.finished_us DESC, t.trial_id DESC LIMIT ?");
  rows.with(revision_id, static_cast<int>(Outcome::kDone), static_cast<int>(Outcome::kStopped),
            kFailures);
  std::vector<FailedAttempt> out;
  while (rows.step()) {
    out.push_back({TrialId::from_hex(rows.string(0)), static_cast<std::uint32_t>(rows.integer(1)),
                   static_cast<std::uint32_t>(rows.integer(2)),
                   std::string(outcome_name(static_cast<Outcome>(rows.integer(3)))),
                   rows.integer(4) != 0, rows.string(5), rows.string(6), rows.integer(7)});
  }
  return out;
}

// Names, cells and metric, as they were planned.
void read_plan(Connection& connection, const LastPlanning& known, LiveSweep& out) {
  Statement planning = connection.prepare(
      "SELECT e.name, n.planned_us, n.description FROM planning n "
      "JOIN experiment e ON e.experiment_id = n.experiment_id WHERE n.planning_id = ?");
  if (!planning.with(known.planning_id).step()) return;
  out.experiment = planning.string(0);
  out.planned_us = planning.integer(1);
  const PlanDescription described = read_description(out.sweep, planning.text(2));
  out.replicate = described.replicate;
  out.primary = described.primary.name;
  for (const MetricSpec& metric : described.metrics) {
    if (metric.role == Role::kProgress && out.progress.empty()) out.progress = metric.name;
  }
  for (Cell& cell : read_cells(connection, known.revision_id)) {
    out.cells.push_back({std::move(cell.levels), cell.is_baseline, cell.baseline, {}});
  }
}

}  // namespace

LiveSweep load_live_sweep(const Database& database, const std::string& sweep, std::int64_t now_us) {
  Connection& connection = database.connection();
  const Transaction snapshot(connection, Transaction::Kind::kRead);
  const LastPlanning known = last_planning(connection, sweep);
  LiveSweep out;
  out.sweep = sweep;
  read_plan(connection, known, out);
  const std::vector<Row> rows = read_rows(database, known.revision_id);
  const Durations durations(rows);
  for (const Row& row : rows) {
    out.counts.add(row.state);
    out.peak_memory_bytes = std::max(out.peak_memory_bytes, row.peak_memory_bytes);
    if (row.state == TrialState::kDone && row.cell < out.cells.size() &&
        out.cells[row.cell].is_baseline) {
      out.cells[row.cell].done.push_back(TrialId::from_hex(row.trial));
    }
    if (row.state == TrialState::kRunning) {
      out.running.push_back(running_trial(connection, row, out, durations, now_us));
    }
  }
  std::sort(out.running.begin(), out.running.end(), [](const auto& a, const auto& b) {
    return a.host != b.host ? a.host < b.host : a.slot < b.slot;
  });
  out.failures = failures(connection, known.revision_id);
  out.trials_per_s = trials_per_s(rows, now_us);
  out.left_s = left_s(rows, durations, now_us);
  return out;
}

}  // namespace polysweep
