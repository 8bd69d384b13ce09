#include "results/ingest/sweep_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "framework/core/error.h"
#include "framework/sweep/parameters.h"
#include "results/schema/stored_text.h"

namespace polysweep {
namespace {

struct CellRow {
  std::string levels;  // canonical
  std::optional<std::int64_t> baseline;
  bool is_baseline = false;
};

struct Description {
  std::string experiment;
  int experiment_version = 0;
  std::vector<CellRow> cells;
};

// What the tables need of framework/sweep/plan/plan.h describe().
Description read_description(const SweepPlanned& event) {
  Description out;
  try {
    const auto json = nlohmann::json::parse(event.description);
    out.experiment = json.at("experiment").get<std::string>();
    out.experiment_version = json.at("version").get<int>();
    for (const auto& each : json.at("cells")) {
      CellRow cell;
      cell.levels = Parameters::from_json(each.at("levels").dump()).canonical();
      const auto baseline = each.at("baseline").get<std::int64_t>();
      if (baseline >= 0) cell.baseline = baseline;
      cell.is_baseline = each.at("is_baseline").get<bool>();
      out.cells.push_back(std::move(cell));
    }
  } catch (const nlohmann::json::exception& error) {
    fail("the description of sweep {} cannot be understood: {}", stored_text(event.sweep),
         stored_text(error.what()));
  }
  return out;
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
          connection.prepare("INSERT INTO cell (planning_id, cell, levels, baseline, is_baseline) "
                             "VALUES (?, ?, ?, ?, ?)")),
      set_current_(connection.prepare(
          "UPDATE sweep SET planning_id = (SELECT planning_id FROM planning p "
          "JOIN journal j ON j.journal_id = p.journal_id WHERE p.sweep_id = ?1 "
          "ORDER BY p.order_us DESC, j.host DESC, p.sequence DESC LIMIT 1) WHERE sweep_id = ?1")),
      add_trial_(connection.prepare(
          "INSERT INTO sweep_trial (revision_id, position, trial_id, cell) VALUES (?, ?, ?, ?) "
          "ON CONFLICT DO NOTHING")) {}

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

void SweepTable::add(const SweepPlanned& event, const JournalRow& journal, Sequence sequence) {
  const Description description = read_description(event);
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
  const std::int64_t planning_id = sqlite3_last_insert_rowid(connection_.handle());
  for (std::size_t i = 0; i < description.cells.size(); ++i) {
    const CellRow& cell = description.cells[i];
    add_cell_.with(planning_id, i, cell.levels, cell.baseline, cell.is_baseline).run();
  }
  set_current_.with(sweep_id).run();
}

void SweepTable::add(const TrialsPlanned& event) {
  std::vector<PlannedTrial> trials;
  trials.reserve(event.rows.size());
  for (const TrialsPlanned::Row& row : event.rows) trials.push_back(read_identity(row.identity));
  const std::int64_t revision_id = revision(sweep(event.sweep), event.revision);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const std::int64_t trial_id = keys_.planned_trial(trials[i]);
    add_trial_.with(revision_id, event.first + i, trial_id, event.rows[i].cell).run();
  }
}

}  // namespace polysweep
