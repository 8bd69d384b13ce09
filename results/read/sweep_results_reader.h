// Reads the results of one sweep from the database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/read/code_versions.h"
#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

struct SweepResultsOptions {
  // Longer series are thinned to this many points, evenly spaced, with the first
  // and the last (0: no limit).
  std::size_t points_per_curve = 1000;
  // A sweep whose curves have more points than this is a large one: its curves
  // are read on demand (0: always).
  std::size_t points_in_all = 1'000'000;
  // Only these cells (numbers of the plan, each once), in this order. Empty: all.
  std::vector<std::uint32_t> cells;
};

// Throws Error that names the nearest known sweep. `database` must outlive
// SweepResults::curves_on_demand.
SweepResults load_sweep_results(const Database& database, const std::string& sweep,
                                const SweepResultsOptions& options = {});

// Two versions of the code of a sweep as two arms: the results of both, with the factor
// `code` beside those of the sweep, and `before` as the baseline of `now`. Cells are paired
// where they agree on all other factors. Throws Error where no two cells do, a version has
// no trial that is done, they are one version, or the sweep has a factor `code` of its own.
SweepResults load_code_comparison(const Database& database, const std::string& sweep,
                                  const CodeVersion& before, const CodeVersion& now,
                                  const SweepResultsOptions& options = {});
// What the plan says of the sweep, without its cells: in constant time.
// Throws Error as load_sweep_results() does.
SweepResults load_description(const Database& database, const std::string& sweep);

// The plan and its cells (all, or those of these numbers, in this order), without
// trials, series and provenance. Throws Error as load_sweep_results() does.
SweepResults load_plan(const Database& database, const std::string& sweep,
                       const std::vector<std::uint32_t>& cells = {});

}  // namespace polysweep
