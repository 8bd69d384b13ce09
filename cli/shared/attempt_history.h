// The attempts of a trial, as show and explain print them.
#pragma once

#include <nlohmann/json.hpp>

#include "results/read/trial_record.h"

namespace polysweep {

// A table, followed by the last lines of output of the attempts.
void print_attempts(const TrialRecord& trial);

nlohmann::ordered_json attempts_json(const TrialRecord& trial);

}  // namespace polysweep
