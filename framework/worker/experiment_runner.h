// Runs the trials of a worker's experiments, each inside a fence: what an
// experiment throws becomes the outcome of its attempt.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "framework/worker/experiment_table.h"
#include "framework/worker/worker_loop.h"

namespace polysweep {

class ExperimentRunner : public AttemptRunner {
 public:
  // `catalogue` is catalogue_of(rows).
  ExperimentRunner(std::span<const ExperimentRow> rows, const Catalogue& catalogue);

  const ExperimentSpec* spec(const AssignTrial& assignment) const override;
  AttemptResult run(const AssignTrial& assignment, Recorder& recorder) override;

 private:
  struct Known {
    ExperimentRow row;
    ExperimentSpec spec;
    std::unique_ptr<Experiment> experiment;  // made for its first trial
  };

  Known& known(const AssignTrial& assignment);
  RunEnd run_experiment(const AssignTrial& assignment, Recorder& recorder);

  std::map<std::string, Known> known_;
};

}  // namespace polysweep
