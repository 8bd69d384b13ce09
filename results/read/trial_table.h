// The trials of a store or a sweep, one row each.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "results/schema/trial_state.h"

namespace polysweep {

struct TrialRow {
  TrialId id;
  std::string experiment;  // "" if only the id is known
  std::string code;        // Trial::code_digest
  TrialState state = TrialState::kPending;
  std::uint32_t attempts = 0;
  Parameters parameters;
  // Of done trials only: the values that count in the sweep, without one the last.
  std::map<std::string, double> final_metrics;
};

struct TrialTableOptions {
  std::string sweep;                 // "": all trials of the store
  std::vector<std::string> metrics;  // empty: all
};

// In plan order for a sweep, otherwise in the order in which they were first
// recorded. Throws Error for an unknown sweep or metric, with the nearest name.
std::vector<TrialRow> load_trial_table(const Database& database, const TrialTableOptions& options);

// Trial::code_digest of all trials of the store and PlanDescription::code_runs of all its
// plans, each once, sorted, without "".
std::vector<std::string> recorded_codes(const Database& database);

}  // namespace polysweep
