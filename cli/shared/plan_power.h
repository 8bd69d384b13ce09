// What a plan can decide: the numbers behind `plan` and `power`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/shared/command.h"
#include "framework/sweep/plan/plan.h"
#include "reports/analysis/planned_power.h"

namespace polysweep {

// --spread and --wanted-power.
void declare_power(CommandOptions& options);

// Takes every compared cell to have the replicates of the one that has the fewest.
PlannedComparison planned_comparison(const Plan& plan, const po::variables_map& given);

// The standard deviation of one value of the primary metric beside cell and replicate.
struct Spread {
  double value = 0;
  std::string source;  // "--spread", "60 finished trials in runs"
};

// What trials of a sweep in the store say.
struct TrialExperience {
  std::optional<Spread> spread;
  std::optional<double> seconds;  // of a trial, on average
};

// Of --spread and the trials that the store has of a sweep of this name; empty without a
// store, such a sweep or a spread to estimate. Throws Error for a store that --store names
// and that cannot be read; one that nobody named is then left aside.
TrialExperience trial_experience(const Plan& plan, const po::variables_map& given);

// The sentences that `plan` prints; "" where nothing is compared.
std::string power_sentences(const Plan& plan, const po::variables_map& given);

}  // namespace polysweep
