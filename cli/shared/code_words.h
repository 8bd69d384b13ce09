// code=A code=B: the versions of a sweep's code that a command is asked to compare.
#pragma once

#include <string>
#include <vector>

#include "results/read/sweep_results_reader.h"

namespace polysweep {

// True if any of `words` names a version of the code: code=DIGEST, in a sweep that has no
// factor `code`.
bool names_code(const Database& database, const std::string& sweep,
                const std::vector<std::string>& words);

// The comparison of the two versions that `words` name, each by the first digits of its
// digest; the first is the baseline. Throws Error where they do not name two versions.
SweepResults load_named_code(const Database& database, const std::string& sweep,
                             const std::vector<std::string>& words,
                             const SweepResultsOptions& options = {});

// The results of `sweep`, or the comparison where `words` name versions. Throws Error for
// other words.
SweepResults load_asked(const Database& database, const std::string& sweep,
                        const std::vector<std::string>& words);

// Says on standard error that trials of the sweep are done under other code than the plan's.
void print_other_versions(const Database& database, const std::string& sweep);

}  // namespace polysweep
