// The table of experiments: what a worker can run.
//
// Adding one: a .cc file with its two functions, declared below, a row in
// experiments.cc, a line in CMakeLists.txt, a test. The plain build has the
// rows that need no LibTorch, the full build has all.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "framework/core/provenance.h"
#include "framework/sweep/experiment.h"

namespace polysweep {

struct ExperimentRow {
  ExperimentSpec (*spec)();
  std::unique_ptr<Experiment> (*make)();
  // The worker makes the trial folder before run().
  bool wants_trial_folder = true;
};

// All rows of this build.
std::span<const ExperimentRow> experiment_rows();

// The schemas of all rows and this build's digest.
Catalogue catalogue();

// Done once in a worker, before its greeting: pins what must be pinned for
// bit-exact work (LibTorch's threads and deterministic algorithms in the full
// build) and adds what only it knows to `provenance` (library versions, device,
// threads). `device` is the CUDA device's index, -1: CPU. Throws Error where
// the device is not there.
void prepare_process(Provenance& provenance, int device);

// toy.cc
ExperimentSpec toy_spec();
std::unique_ptr<Experiment> make_toy();

// translation.cc (LibTorch)
ExperimentSpec translation_spec();
std::unique_ptr<Experiment> make_translation();

// length.cc (LibTorch)
ExperimentSpec length_spec();
std::unique_ptr<Experiment> make_length();

}  // namespace polysweep
