// Whether a sweep file, as it is now, still plans a trial.
#pragma once

#include <cstdint>
#include <string>

#include "cli/shared/command.h"
#include "results/read/sweeps_of_trial.h"
#include "results/read/trial_record.h"

namespace polysweep {

enum class Membership : std::uint8_t { kPlanned, kNotPlanned, kUnknown };

struct PlanMembership {
  Membership state = Membership::kUnknown;
  // What differs (the parameters of the nearest trial, the data, the
  // experiment's version), or why it is unknown; "" where it is planned.
  std::string why;
};

// Plans the file of `origin` again with its overrides, with --worker and --data
// of `given`. Never throws Error: what prevents planning is the answer.
PlanMembership plan_membership(const po::variables_map& given, const SweepOfTrial& origin,
                               const TrialRecord& trial);

}  // namespace polysweep
