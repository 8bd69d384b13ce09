// The integer keys of trials, metrics, experiments and provenance documents.
//
// A key is added when its name is first met. Part of ingest; used inside its write
// transaction.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "framework/sweep/planned_trial.h"
#include "framework/sweep/trial.h"
#include "results/schema/connection.h"

namespace polysweep {

class KeyTable {
 public:
  explicit KeyTable(Connection& connection);

  // The trial, even if only its id is known yet.
  std::int64_t trial(const TrialId& id);
  // The trial, with what was planned.
  std::int64_t planned_trial(const PlannedTrial& planned);
  std::int64_t metric(std::string_view name);
  // Notes the name of a parameter.
  void parameter(const std::string& name);
  // True if a metric or parameter may have been added since the last call: the view wide
  // lacks its column.
  bool take_new_names();
  std::int64_t experiment(const std::string& name, int version);
  std::int64_t provenance(const std::string& digest);
  // Stores a document under the SHA-256 of its text. Throws Error unless it is a
  // JSON object of scalars.
  void provenance_document(const std::string& json);

  // Drops all cached keys: the transaction was rolled back, or another process wrote.
  void forget();
  // Keeps memory bounded; between transactions.
  void trim();

 private:
  Connection& connection_;
  Statement find_trial_, add_trial_, add_planned_, plan_trial_;
  Statement find_metric_, add_metric_, add_parameter_, find_experiment_, add_experiment_;
  Statement find_provenance_, add_provenance_, set_provenance_;
  std::unordered_map<TrialId, std::int64_t> trials_;
  std::unordered_map<std::string, std::int64_t> metrics_;
  std::map<std::pair<std::string, int>, std::int64_t> experiments_;
  std::unordered_map<std::string, std::int64_t> provenances_;
  bool new_names_ = false;
};

}  // namespace polysweep
