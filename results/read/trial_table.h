// The trials of a store or a sweep as rows, for tables.
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
  std::string experiment;  // "" where only the id is known
  TrialState state = TrialState::kPending;
  std::uint32_t attempts = 0;
  Parameters parameters;
  std::map<std::string, double> final_metrics;  // of done trials only
};

struct TrialTableOptions {
  std::string sweep;                 // "": all trials of the store
  std::vector<std::string> metrics;  // empty: all
};

// In plan order for a sweep, else in the order the store met them. Throws Error
// for an unknown sweep or metric, naming the nearest known one.
std::vector<TrialRow> load_trial_table(const Database& database, const TrialTableOptions& options);

}  // namespace polysweep
