// Whether a trial's state is still of use to anybody.
#pragma once

#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "results/schema/trial_state.h"

namespace polysweep {

struct TrialUse {
  bool known = false;     // a journal tells of it
  bool in_sweep = false;  // a sweep holds it, as last planned
  TrialState state = TrialState::kPending;
};

TrialUse use_of_trial(const Database& database, const TrialId& id);

}  // namespace polysweep
