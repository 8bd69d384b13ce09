// A [capture] that was corrected after trials were done: it is not applied to them.
#pragma once

#include <string>

#include "framework/sweep/plan/plan.h"
#include "results/read/ledger.h"

namespace polysweep {

// A sentence where the [capture] of the plan's file is not that of the sweep as last planned
// and trials of the plan have a result, with the command that runs them again. "" otherwise.
// `standing` is the plan's.
std::string capture_change_text(const Database& database, const Plan& plan,
                                const PlanStanding& standing);

}  // namespace polysweep
