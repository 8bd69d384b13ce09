// Whether the next `polysweep run` would run a trial, and why.
#pragma once

#include <string>

#include "results/read/trial_record.h"
#include "runners/store/active_hosts.h"

namespace polysweep {

struct RerunDecision {
  bool runs = false;
  std::string why;  // a clause: "it was never started"
};

// From the state of the trial; for a running one, from whether its host is alive.
RerunDecision rerun_decision(const TrialRecord& trial, const ActiveHosts& hosts);

}  // namespace polysweep
