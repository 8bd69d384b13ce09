// What a comparison says, in words: the same in reports and on the command line.
#pragma once

#include <string>
#include <vector>

#include "reports/analysis/sweep_analysis.h"

namespace polysweep {

// "1.2 BLEU (95% interval 0.4 to 2.0)" where it is better or worse, without a sign; else
// with the sign of the difference: "-0.1 BLEU (95% interval -0.9 to 0.7)".
std::string difference_text(const SweepAnalysis& analysis, const CellComparison& row);

// "better by 1.2 BLEU (95% interval 0.4 to 2.0), p 0.012 over 12 comparisons, decided by ...;
// also by the exact test", "not decided: from -0.3 to 0.5 is compatible with 3 seeds".
std::string verdict_text(const SweepAnalysis& analysis, const CellComparison& row);

// What the exact test says beside this verdict: "also by the exact test".
std::string exact_text(const SweepAnalysis& analysis, const CellComparison& row);

// What decides: "t tests with the error of all cells (24 degrees of freedom) and ...".
std::string rule_text(const Comparison& comparison);

// The smallest difference that the sweep decides: "With 3 seeds a difference of 2.1 BLEU is
// decided with probability 80%."; "" where nothing can be decided.
std::string detectable_text(const SweepAnalysis& analysis);

// What a reader must know of the values before he believes the verdicts: no spread, spreads
// that differ, two modes, runs far away from the others. Sentences.
std::vector<std::string> guard_rails(const SweepAnalysis& analysis);

// Sentences on what was chosen after there were results: more replicates, another rule.
std::vector<std::string> later_choices(const SweepAnalysis& analysis);

// `number` with the unit of the primary metric.
std::string with_unit(const SweepAnalysis& analysis, const std::string& number);

}  // namespace polysweep
