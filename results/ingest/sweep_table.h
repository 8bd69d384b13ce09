// Sweeps, their plannings and their trials, while ingest writes them. Part of
// ingest.
//
// A sweep is what was planned last: within a journal the later record, between
// journals the later time (there is no other order), then the host's name.
#pragma once

#include <cstdint>
#include <string>

#include "results/ingest/host_journals.h"
#include "results/ingest/key_table.h"
#include "results/schema/connection.h"

namespace polysweep {

class SweepTable {
 public:
  SweepTable(Connection& connection, KeyTable& keys);

  // Throws Error, before it writes anything, for a description or an identity that
  // cannot be read.
  void add(const SweepPlanned& event, const JournalRow& journal, Sequence sequence);
  void add(const TrialsPlanned& event);

 private:
  std::int64_t sweep(const std::string& name);
  std::int64_t revision(std::int64_t sweep_id, const std::string& revision);

  Connection& connection_;
  KeyTable& keys_;
  Statement find_sweep_, add_sweep_, find_revision_, add_revision_, last_order_, add_planning_;
  Statement add_cell_, set_current_, add_trial_;
};

}  // namespace polysweep
