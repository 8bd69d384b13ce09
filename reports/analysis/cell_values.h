// The values of metrics in cells, and the missing values with their reasons.
//
// Only trials that are done and have a finite value count. Everything else that
// was planned is a missing value: it is shown, never left out of a mean silently.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"

namespace polysweep {

struct Measured {
  std::size_t trial = 0;
  std::string replicate;
  double value = 0;
};

struct MissingValue {
  std::size_t trial = 0;
  std::string replicate;
  std::string reason;  // "pending", "failed: out of memory", ...
  // True where the trial ended without a value (diverged, failed, not a number):
  // the values that remain are then a selected sample.
  bool selective = false;
};

struct CellValues {
  std::vector<Measured> values;  // in the order of the plan
  std::vector<MissingValue> missing;

  std::vector<double> numbers() const;
  std::size_t planned() const { return values.size() + missing.size(); }
  bool complete() const { return missing.empty() && !values.empty(); }
  const Measured* find(const std::string& replicate) const;
  std::size_t selective_missing() const;
};

// The cell values of each metric, computed when first asked for and kept: no analysis
// computes them again. Not thread-safe. The results must outlive it.
class CellValueTable {
 public:
  explicit CellValueTable(const SweepResults& results) : results_(&results) {}

  // By index of SweepResults::cells; the reference stays valid. A metric that no
  // trial reported has missing values only.
  const std::vector<CellValues>& of(const std::string& metric) const;

 private:
  const SweepResults* results_;
  mutable std::map<std::string, std::vector<CellValues>> by_metric_;
};

// "seed 3 failed: out of memory; seed 4 pending"; "" for none.
std::string missing_text(const SweepResults& results, const std::vector<MissingValue>& missing);

}  // namespace polysweep
