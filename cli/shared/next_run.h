// Whether the next `polysweep run` would run a trial, and why.
#pragma once

#include <string>

#include "cli/shared/command.h"
#include "results/read/trial_origin.h"
#include "results/read/trial_record.h"
#include "runners/store/living_hosts.h"

namespace polysweep {

struct NextRun {
  bool runs = false;
  std::string why;  // a clause: "it was never started"
};

// By how the trial stands. Of one that runs, `hosts` says whether its host lives.
NextRun next_run(const TrialRecord& trial, const LivingHosts& hosts);

// What a sweep's file plans today, beside what the trial is.
enum class PlannedToday : std::uint8_t { kHeld, kNotHeld, kUnknown };
struct Today {
  PlannedToday planned = PlannedToday::kUnknown;
  // What is different (the parameters of the nearest trial, the data, the
  // experiment's version), or why it cannot be said; "" where it is held.
  std::string why;
};

// Plans the file again with its overrides, with the worker and data that `given`
// says. Never throws Error: what stands against planning is the answer.
Today planned_today(const po::variables_map& given, const TrialOrigin& origin,
                    const TrialRecord& trial);

}  // namespace polysweep
