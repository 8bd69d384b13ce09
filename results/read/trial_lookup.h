// Finds the trial that an abbreviated id names.
#pragma once

#include <string_view>

#include "framework/sweep/trial.h"
#include "results/schema/database.h"

namespace polysweep {

// The trial whose id begins with `prefix` (hex digits). Throws Error if there
// is none, or more than one (the first matches are listed).
TrialId find_trial(const Database& database, std::string_view prefix);

}  // namespace polysweep
