// The attempts of a trial, as show and explain print them.
#pragma once

#include <nlohmann/json.hpp>

#include "results/read/trial_record.h"

namespace polysweep {

// A table, and beneath it the last lines that attempts printed.
void print_attempts(const TrialRecord& trial);

nlohmann::ordered_json attempts_json(const TrialRecord& trial);

}  // namespace polysweep
