// Sweeps, their plannings and their trials, while ingest writes them. Part of
// ingest.
//
// A sweep is what was planned last: within a journal the later record, between
// journals the later time (there is no other order), then the host's name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/parameter_history.h"
#include "results/ingest/host_journals.h"
#include "results/ingest/key_table.h"
#include "results/schema/connection.h"

namespace polysweep {

class SweepTable {
 public:
  SweepTable(Connection& connection, KeyTable& keys);

  // Throw Error, before they write anything, for a description, levels or an
  // identity that cannot be read.
  void add(const SweepPlanned& event, const JournalRow& journal, Sequence sequence);
  void add(const CellsPlanned& event);
  void add(const TrialsPlanned& event);

 private:
  std::int64_t sweep(const std::string& name);
  // Of the sweep as planned with this revision.
  const std::vector<ParameterHistory>& history(std::int64_t revision_id);
  std::int64_t revision(std::int64_t sweep_id, const std::string& revision);

  Connection& connection_;
  KeyTable& keys_;
  Statement find_sweep_, add_sweep_, find_revision_, add_revision_, last_order_, add_planning_;
  Statement add_cell_, set_current_, add_trial_, find_description_;
  std::int64_t history_of_ = -1;  // the revision of history_
  std::vector<ParameterHistory> history_;
};

}  // namespace polysweep
