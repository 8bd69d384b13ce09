#include "results/ingest/sweep_table.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "framework/core/error.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/plan/plan_description.h"
#include "results/schema/stored_text.h"

namespace polysweep {
namespace {

// Throws Error that names the sweep.
PlanDescription read_description(const SweepPlanned& event) {
  try {
    return parse_description(event.description);
  } catch (const Error& error) {
    fail("cannot read the description of sweep {}: {}", stored_text(event.sweep),
         stored_text(error.what()));
  }
}

}  // namespace

SweepTable::SweepTable(Connection& connection, KeyTable& keys)
    : connection_(connection),
      keys_(keys),
      find_sweep_(connection.prepare("SELECT sweep_id FROM sweep WHERE name = ?")),
      add_sweep_(connection.prepare("INSERT INTO sweep (name) VALUES (?)")),
      find_revision_(connection.prepare(
          "SELECT revision_id FROM revision WHERE sweep_id = ? AND revision = ?")),
      add_revision_(connection.prepare("INSERT INTO revision (sweep_id, revision) VALUES (?, ?)")),
      last_order_(connection.prepare(
          "SELECT max(order_us) FROM planning WHERE sweep_id = ? AND journal_id = ?")),
      add_planning_(connection.prepare(
          "INSERT INTO planning (sweep_id, journal_id, sequence, revision_id, experiment_id, "
          "trial_count, planned_us, order_us, description) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      add_cell_(
          connection.prepare("INSERT INTO cell (revision_id, cell, levels, baseline, is_baseline) "
                             "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
      set_current_(connection.prepare(
          "UPDATE sweep SET planning_id = (SELECT planning_id FROM planning p "
          "JOIN journal j ON j.journal_id = p.journal_id WHERE p.sweep_id = ?1 "
          "ORDER BY p.order_us DESC, j.host DESC, p.sequence DESC LIMIT 1) WHERE sweep_id = ?1")),
      add_trial_(connection.prepare(
          "INSERT INTO sweep_trial (revision_id, position, trial_id, cell, parameters) "
          "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET parameters = excluded.parameters "
          "WHERE excluded.parameters IS NOT NULL")),
      find_description_(connection.prepare("SELECT description FROM planning WHERE revision_id = ? "
                                           "ORDER BY order_us DESC LIMIT 1")) {}

std::int64_t SweepTable::sweep(const std::string& given) {
  const std::string name = stored_text(given);
  const bool found = find_sweep_.with(name).step();
  const std::int64_t known = found ? find_sweep_.integer(0) : 0;
  find_sweep_.reset();
  if (found) return known;
  add_sweep_.with(name).run();
  return sqlite3_last_insert_rowid(connection_.handle());
}

std::int64_t SweepTable::revision(std::int64_t sweep_id, const std::string& given) {
  const std::string revision = stored_text(given);
  const bool found = find_revision_.with(sweep_id, revision).step();
  const std::int64_t known = found ? find_revision_.integer(0) : 0;
  find_revision_.reset();
  if (found) return known;
  add_revision_.with(sweep_id, revision).run();
  return sqlite3_last_insert_rowid(connection_.handle());
}

const std::vector<ParameterHistory>& SweepTable::history(std::int64_t revision_id) {
  if (history_of_ == revision_id) return history_;
  history_.clear();
  if (find_description_.with(revision_id).step()) {
    history_ = parse_description(find_description_.text(0)).history;
  }
  find_description_.reset();
  history_of_ = revision_id;
  return history_;
}

void SweepTable::add(const SweepPlanned& event, const JournalRow& journal, Sequence sequence) {
  const PlanDescription description = read_description(event);
  history_of_ = -1;
  for (const FactorInfo& factor : description.factors) keys_.parameter(factor.name);
  if (!description.replicate.empty()) keys_.parameter(description.replicate);
  for (const Parameters* each : {&description.fixed, &description.defaults}) {
    for (const auto& [name, value] : *each) keys_.parameter(name);
  }
  const std::int64_t sweep_id = sweep(event.sweep);
  const std::int64_t revision_id = revision(sweep_id, event.revision);
  std::int64_t order_us = event.time_us;
  if (last_order_.with(sweep_id, journal.journal_id).step() && !last_order_.is_null(0)) {
    order_us = std::max(order_us, last_order_.integer(0) + 1);
  }
  last_order_.reset();
  add_planning_
      .with(sweep_id, journal.journal_id, sequence, revision_id,
            keys_.experiment(description.experiment, description.experiment_version),
            event.trial_count, event.time_us, order_us, event.description)
      .run();
  set_current_.with(sweep_id).run();
}

void SweepTable::add(const CellsPlanned& event) {
  std::vector<std::string> levels;
  levels.reserve(event.rows.size());
  for (const CellsPlanned::Row& row : event.rows) {
    levels.push_back(Parameters::from_json(row.levels).canonical());
  }
  const std::int64_t revision_id = revision(sweep(event.sweep), event.revision);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const CellsPlanned::Row& row = event.rows[i];
    std::optional<std::int64_t> baseline;
    if (row.baseline >= 0) baseline = row.baseline;
    add_cell_.with(revision_id, event.first + i, levels[i], baseline, row.is_baseline).run();
  }
}

void SweepTable::add(const TrialsPlanned& event) {
  std::vector<PlannedTrial> trials;
  trials.reserve(event.rows.size());
  for (const TrialsPlanned::Row& row : event.rows) trials.push_back(read_identity(row.identity));
  const std::int64_t revision_id = revision(sweep(event.sweep), event.revision);
  const std::vector<ParameterHistory>& changed = history(revision_id);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::int64_t trial_id = keys_.planned_trial(trials[i]);
    std::optional<std::string> parameters;
    if (!changed.empty()) {
      parameters = current_parameters(changed, trials[i].experiment_version,
                                      Parameters::from_json(trials[i].parameters))
                       .canonical();
    }
    add_trial_.with(revision_id, event.first + i, trial_id, event.rows[i].cell, parameters).run();
  }
}

}  // namespace polysweep
