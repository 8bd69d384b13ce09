// The journals of a store as ingest knows them: how far each was read, and
// whether its host may still be running. Part of ingest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "framework/journal/event.h"
#include "framework/journal/journal_reader.h"
#include "results/schema/connection.h"
#include "results/schema/store_damage.h"

namespace polysweep {

struct JournalRow {
  std::int64_t journal_id = 0;
  std::string host;
  JournalPosition position;
  WriterEpoch epoch = 0;  // the greatest seen
  bool live = false;      // it has not recorded that it stopped
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> started_us;
  std::optional<std::int64_t> stopped_us;
  std::optional<std::string> stop_reason;
  bool changed = false;

  // Attempts of `attempt_epoch` may still run.
  bool may_run(WriterEpoch attempt_epoch) const { return live && attempt_epoch == epoch; }
};

class HostJournals {
 public:
  explicit HostJournals(Connection& connection);

  // Reads the rows again; at the beginning of each transaction.
  void load();
  // Added if it is new. The reference is good until load().
  JournalRow& of_host(const std::string& host);
  const JournalRow& at(std::int64_t journal_id) const { return rows_.at(journal_id); }
  void flush();
  // False if it was known.
  bool add_damage(const JournalRow& journal, const StoreDamage& damage);

 private:
  Connection& connection_;
  Statement read_, add_, write_, add_damage_;
  std::map<std::int64_t, JournalRow> rows_;
  std::map<std::string, std::int64_t> ids_;
};

}  // namespace polysweep
