// How metrics and replicates are named in texts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"

namespace polysweep {

// "seed 3", or the trial's id where nothing is repeated.
std::string replicate_text(const SweepResults& results, std::size_t trial);

// The names of the replicates, in the order of the plan; empty where there are more than
// `most`.
std::vector<std::string> replicate_names(const SweepResults& results, std::size_t most);

// What the replicate is called: "seed"; "trial" where there is none.
std::string replicate_noun(const SweepResults& results);

// The metric as the experiment describes it; its name alone where it does not.
MetricInfo metric_info(const SweepResults& results, const std::string& name);

// The names of the metrics with a role, each once: primary, secondary, then the others.
std::vector<std::string> metrics_with(const SweepResults& results, Role role);

// "test_bleu (BLEU)".
std::string metric_title(const MetricInfo& metric);

// "higher is better".
std::string goal_text(const MetricInfo& metric);

// What the metric's steps count, as "length"; "step" for the default clock.
std::string step_title(const MetricInfo& metric);

// The unit of these steps: "updates" for the default clock, else that of the metric of this
// name; "" where there is none.
std::string step_unit(const SweepResults& results, const MetricInfo& metric);

}  // namespace polysweep
