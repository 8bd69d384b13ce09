// Reads back the JSON of framework/sweep/plan/plan.h describe(). For results/*.cc alone.
#pragma once

#include <string>

#include "results/read/sweep_results.h"

namespace polysweep {

// Fills all that a description holds: everything but trials, provenance,
// curves, revision and time. Throws Error that names the sweep.
void read_description(const std::string& sweep, const std::string& description,
                      SweepResults& results);

}  // namespace polysweep
