// The part of a plan that overrides select.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/sweep/override.h"
#include "framework/sweep/plan/plan.h"

namespace polysweep {

struct PlanSelection {
  std::vector<std::string> words;     // the overrides; empty: the selection is the plan
  std::vector<std::uint32_t> trials;  // positions in the plan, ascending
  // Why the overrides do not select: what they ask for that the sweep does not have.
  // Empty if they do.
  std::string outside;
};

// The trials that the sweep would still have if each factor that is named had only
// the given levels. A trial to which such a factor does not apply stays. A parameter
// that does not vary can only be given the value it has. Throws Error if no trial
// has the levels together.
PlanSelection select_trials(const Plan& plan, const std::vector<Override>& overrides);

}  // namespace polysweep
