// The table of experiments: what a worker can run.
//
// Adding one: a .cc file with its two functions, declared below, a row in
// experiments.cc, a line in CMakeLists.txt, a test. The plain build has the
// rows that need no LibTorch, the full build has all.
#pragma once

#include <memory>
#include <span>

#include "framework/core/provenance.h"
#include "framework/worker/experiment_table.h"

namespace polysweep {

// All rows of this build.
std::span<const ExperimentRow> experiment_rows();

// What the worker does before its first trial (WorkerExtras::prepare). The full
// build pins LibTorch's threads and deterministic algorithms, and records versions
// of libraries, device and threads. Throws Error where the device does not exist.
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
