// The table of a worker's experiments: what it can run.
#pragma once

#include <memory>
#include <span>

#include "framework/sweep/experiment.h"

namespace polysweep {

struct ExperimentRow {
  ExperimentSpec (*spec)();
  // Called once in a process, for the first trial of the experiment.
  std::unique_ptr<Experiment> (*make)();
  // The worker creates the trial folder before Experiment::run().
  bool wants_trial_folder = true;
};

// The specs of all rows; the build names polysweep's sources and the machine code
// of this program (program_digest.h). Throws Error that names the experiment
// where its name occurs twice or has characters other than letters, digits, '.',
// '_' and '-', where its version is less than 1, where it has no metric, or where
// a metric has no name or that of another one.
Catalogue catalogue_of(std::span<const ExperimentRow> rows);

}  // namespace polysweep
