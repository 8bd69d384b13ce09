// A catalogue as a training publishes it, and sweeps made from it by a few lines.
#pragma once

#include <string>
#include <vector>

#include "framework/sweep/plan/plan.h"

namespace polysweep {

// Experiment `training`: encoding, order and norm (of legendre alone), dimension,
// learning_rate, dropout, shared, note, corpus (`files` reads the file
// corpus/train.en), updates, seed; metrics test_bleu and loss. Roles: dimension is
// the size, corpus the data, updates the budget, loss the progress. Experiment
// `bare` publishes no metric.
const Catalogue& training_catalogue();

// `lines` behind sweep = "s" and experiment = "training"; the file is named
// f.toml, and the first of `lines` is line 3.
Sweep sweep_of(const std::string& lines, const std::vector<std::string>& overrides = {});

// The plan of sweep_of(), without a data folder.
Plan plan_of(const std::string& lines, const std::vector<std::string>& overrides = {});

// The message of the Error that planning `lines` throws; "" if it throws none.
std::string problem_of(const std::string& lines, const std::vector<std::string>& overrides = {});

}  // namespace polysweep
