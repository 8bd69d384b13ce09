// Whether a trial's state is still of use to anybody.
#pragma once

#include "framework/trial.h"
#include "results/database.h"
#include "results/sweep_results.h"

namespace polysweep {

struct TrialUse {
  bool known = false;     // a journal tells of it
  bool in_sweep = false;  // a sweep holds it, as last planned
  TrialState state = TrialState::kMissing;
};

TrialUse use_of_trial(const Database& database, const TrialId& id);

}  // namespace polysweep
