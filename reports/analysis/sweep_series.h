// The series of a sweep, whether all of their points were loaded or, of a large
// sweep, are asked from the database.
#pragma once

#include <cstddef>
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

// The same with the bounds of the values up to each point, in the order of `trials`;
// empty where a trial has no such series. The points are those that were loaded; of a
// large sweep, CurvesOnDemand::bounded_curves().
std::vector<std::vector<BoundedPoint>> bounded_curves_of(const SweepResults& results,
                                                         const std::string& metric,
                                                         const std::vector<std::size_t>& trials);

}  // namespace polysweep
