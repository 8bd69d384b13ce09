// The plans of two versions of the code joined to one, in which the version is a factor.
// For results/read alone.
#pragma once

#include "results/read/code_versions.h"
#include "results/read/sweep_results.h"

namespace polysweep {

// Throws Error where the two plans cannot be joined.
void expect_comparable(const SweepResults& first, const SweepResults& second,
                       const CodeVersion& before, const CodeVersion& now);

// Makes `joined` the plan of both: its description is that of the second, its cells are those
// of the first and then of the second, each with its level of the factor kCodeFactor. Throws
// Error where no cell of the second has a partner in the first.
void make_arms(const SweepResults& first, const CodeVersion& before, const CodeVersion& now,
               SweepResults& joined);

}  // namespace polysweep
