// A running sweep as JSON: the output of `polysweep watch --json` and what the
// page of serve reads. NaN and infinities are null.
#pragma once

#include "cli/live/live_curves.h"
#include "cli/shared/json_output.h"

namespace polysweep {

// `cells`: cell_names() of the sweep.
Json live_json(const LiveSweep& sweep, const LiveCurves& curves,
               const std::vector<std::string>& cells);

}  // namespace polysweep
