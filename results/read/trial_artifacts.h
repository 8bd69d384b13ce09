// The files that a trial's attempts have recorded as artifacts.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/trial.h"
#include "results/schema/database.h"

namespace polysweep {

// Their paths relative to the trial's folder, as docs/protocol.md describes. A text
// of that name that is not an artifact is skipped.
std::vector<std::string> recorded_artifacts(const Database& database, const TrialId& id);

}  // namespace polysweep
