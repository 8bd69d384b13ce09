// The values of one metric in one cell, and the holes where there is none.
//
// Only trials that are done and have a finite value count. Everything else that
// was planned is a hole with its reason: it is shown, never averaged away.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"

namespace polysweep {

struct Measured {
  std::size_t trial = 0;
  std::string replicate;
  double value = 0;
};

struct Hole {
  std::size_t trial = 0;
  std::string replicate;
  std::string reason;  // "pending", "failed: out of memory", ...
  // True where the trial ended without a value (diverged, failed, not a number):
  // the values that remain are then a selected sample.
  bool selective = false;
};

struct CellValues {
  std::vector<Measured> values;  // in the order of the plan
  std::vector<Hole> holes;

  std::vector<double> numbers() const;
  std::size_t planned() const { return values.size() + holes.size(); }
  const Measured* find(const std::string& replicate) const;
  std::size_t selective_holes() const;
};

CellValues cell_values(const SweepResults& results, std::size_t cell, const std::string& metric);

// "seed 3 failed: out of memory; seed 4 pending"; "" without holes.
std::string holes_text(const SweepResults& results, const std::vector<Hole>& holes);

// "seed 3", or the trial's id where nothing is repeated.
std::string replicate_text(const SweepResults& results, std::size_t trial);

// What the replicate is called: "seed"; "trial" where there is none.
std::string replicate_noun(const SweepResults& results);

// The metric as the experiment describes it; its name alone where it does not.
MetricInfo metric_info(const SweepResults& results, const std::string& name);

// "test_bleu (BLEU)".
std::string metric_title(const MetricInfo& metric);

// What the metric's steps count, as "length"; "step" for the default clock.
std::string step_title(const MetricInfo& metric);

}  // namespace polysweep
