// The sweeps that contain a trial, and where each of its parameters was set.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "results/schema/trial_state.h"

namespace polysweep {

enum class ParameterSource : std::uint8_t {
  kDefault,    // the experiment's schema: the sweep file does not set it
  kFixed,      // a value in the sweep file
  kFactor,     // a level of a factor in the sweep file
  kReplicate,  // a level of the replicate
  kOverride,   // an argument of the command line sets it, or its levels
};
std::string_view source_name(ParameterSource source);  // "default", "fixed", ...

struct ParameterSetting {
  ParameterSource source = ParameterSource::kDefault;
  std::string override_argument;  // "steps=20"; "" for other sources
  std::vector<Value> levels;      // of the factor; empty for other sources
};

// One sweep whose last plan contains the trial.
struct SweepOfTrial {
  std::string sweep;
  std::string file;  // path as given
  std::vector<std::string> overrides;
  std::int64_t planned_us = 0;
  std::map<std::string, std::string> data_digests;     // of all data files of the sweep
  std::map<std::string, std::string> code_files;       // and of its code
  std::map<std::string, ParameterSetting> parameters;  // by name, all of the trial's
};

// By sweep; empty if no sweep contains the trial any more. `parameters`: the trial's.
// Throws Error if a plan's description cannot be read.
std::vector<SweepOfTrial> load_sweeps_of_trial(const Database& database, const TrialId& id,
                                               const Parameters& parameters);

// Whether the result of a trial can still be wanted.
struct TrialMembership {
  bool known = false;     // the store has a record of it
  bool in_sweep = false;  // a sweep, as last planned, contains it
  TrialState state = TrialState::kPending;
};

TrialMembership trial_membership(const Database& database, const TrialId& id);

}  // namespace polysweep
