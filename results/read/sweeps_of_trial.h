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
  kDefault,    // of the experiment's schema: the file gives nothing
  kFixed,      // by the file
  kFactor,     // a level of a factor of the file
  kReplicate,  // a level of what repeats the cells
  kOverride,   // a word of the command line gave it, or its levels
};
std::string_view source_name(ParameterSource source);  // "default", "fixed", ...

struct ParameterSetting {
  ParameterSource source = ParameterSource::kDefault;
  std::string override_word;  // "steps=20"; "" where it is none
  std::vector<Value> levels;  // that it varies over; empty where it does not
};

// One sweep that holds the trial, as last planned.
struct SweepOfTrial {
  std::string sweep;
  std::string file;  // path as it was given
  std::vector<std::string> overrides;
  std::int64_t planned_us = 0;
  std::map<std::string, std::string> data_digests;     // of all files of the sweep
  std::map<std::string, ParameterSetting> parameters;  // by name, all of the trial's
};

// By sweep; empty where none holds it any more. `parameters`: the trial's. Throws
// Error where a description cannot be understood.
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
