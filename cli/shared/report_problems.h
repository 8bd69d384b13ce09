// What programs reported of a sweep's trials that was not recorded as it was.
#pragma once

#include <string>
#include <vector>

#include "results/read/ledger.h"

namespace polysweep {

// A sentence each for points that were rejected, points in conflict, captures that found
// nothing and undeclared metrics, with the first trial and its reason. Empty for none.
std::vector<std::string> problem_sentences(const std::vector<ReportProblem>& problems);

// Prints them to standard error, each after "sweep NAME: ".
void print_problems(const std::string& sweep, const std::vector<ReportProblem>& problems);

// True if any is more than an undeclared metric: what `run --strict` does not accept.
bool has_errors(const std::vector<ReportProblem>& problems);

}  // namespace polysweep
