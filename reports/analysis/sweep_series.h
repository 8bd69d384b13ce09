// The series of a sweep, whether all of their points were loaded or, of a large
// sweep, are asked from the database.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/read/curves_on_demand.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// Summaries of the series of a metric, in plan order; empty where it has none.
std::vector<SeriesResult> series_of(const SweepResults& results, const std::string& metric);

// The curves of those trials that have one. Of a large sweep they are thinned to
// CurvesOnDemand::kQuickPoints.
std::vector<Curve> curves_of(const SweepResults& results, const std::string& metric,
                             const std::vector<std::size_t>& trials);

// In the order of `targets`: the first step at which the trial's series reaches
// the value (as its goal has it); empty where it never does.
std::vector<std::optional<std::int64_t>> first_reaching(
    const SweepResults& results, const std::string& metric, Goal goal,
    const std::vector<CurvesOnDemand::Target>& targets);

}  // namespace polysweep
