// Sweeps as values, for the tests of reports: small odd ones, and a realistic one.
#pragma once

#include <string>
#include <vector>

#include "results/read/sweep_results.h"

namespace polysweep {

// Builds a sweep cell by cell; replicates are called "seed".
class SweepBuilder {
 public:
  explicit SweepBuilder(const std::string& name);

  // Levels are given as typed on a command line: 4, 0.5, rope.
  SweepBuilder& factor(const std::string& name, const std::vector<std::string>& levels);
  // A factor whose levels, those of the cells to come, are drawn.
  SweepBuilder& drawn(const std::string& name, Sampling sampling);
  SweepBuilder& baseline(const std::string& name, const std::string& level);
  // A cell with these levels (those of a drawn factor are added to it; "" for a factor that does
  // not apply).
  std::size_t cell(const std::vector<std::string>& levels);
  // A done trial with its primary value; returns its index.
  std::size_t done(std::size_t cell, int seed, double value);
  std::size_t other(std::size_t cell, int seed, TrialState state, const std::string& outcome = "",
                    const std::string& message = "");
  SweepResults& results() { return results_; }
  // Sets the cells' baselines and returns the sweep.
  SweepResults build();

 private:
  SweepResults results_;
};

// Arms that separate, crossed with `widths` widths, with curves of a loss.
SweepResults crossed_sweep(int widths);

// A random search of `settings` settings, 20 or more: rate (log-uniform) and width (integers),
// crossed with nothing, of which the fourth failed, the fifth diverged and the last is pending. The
// score is best near rate 0.003; trials end in the reverse of the plan's order.
SweepResults search_sample(std::size_t settings);

struct SampleOptions {
  int seeds = 5;
  bool troubles = true;  // some trials failed, diverged, missing, running
  bool curves = true;
  bool two_builds = false;  // one encoding ran on another build
};

// 5 encodings (3 orders where they apply) x 2 dimensions x seeds, with curves,
// provenance and several metrics, as the demo gives.
SweepResults sample_sweep(const SampleOptions& options = {});

// Names that try to break out of every format.
extern const std::vector<std::string> kHostileNames;

}  // namespace polysweep
