// Sweeps of known truth, to measure how often a rule of comparison errs and what it finds.
//
// A spread is the standard deviation over seeds of one cell; values are in spreads. A
// quarter of the variance is common to the arms of a seed unless the noise says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "framework/core/random_stream.h"
#include "framework/sweep/comparison_rule.h"
#include "reports/analysis/value_grid.h"

namespace polysweep {

enum class Noise {
  kNormal,
  kBleu,       // seed effects and residuals of pope_claims_small (BLEU), resampled
  kHeavy,      // t with 3 degrees of freedom
  kSkewed,     // a long tail to bad results
  kDiverging,  // one run of ten is 10 spreads lower
  kTwoModes,   // a run solves the task or does not, 1:1
  kDiscrete,   // right answers of 200; the spread is 2 answers
  kLength,     // the real spreads of length_small: 0.001 to 2.4 of the baseline's
  kSpreads,    // log-normal spreads of arms
};

const std::vector<std::pair<Noise, std::string>>& noises();  // with what a table calls them

// Draws from the noises; the real ones come from two CSV files of docs/studies/.
class SeedNoise {
 public:
  explicit SeedNoise(const std::filesystem::path& studies);

  // Row 0 is the baseline. No arm differs.
  ValueGrid draw(Noise noise, RandomStream& stream, std::size_t arms, std::size_t seeds) const;

 private:
  std::vector<double> residuals_;  // both with a common variance of 1
  std::vector<double> seed_effects_;
  std::vector<double> length_spreads_;  // of the arms, the baseline's is 1
};

struct Simulation {
  Noise noise = Noise::kNormal;
  std::size_t baselines = 1;
  std::size_t arms = 1;  // of each baseline
  std::size_t seeds = 3;
  bool uneven = false;  // the spreads of the baselines' groups are 1, 2, 3, 1, 2, 3, ...
  double effect = 0;    // of the first arm of the first baseline
  double alpha = 0.05;
  int sweeps = 2000;
  std::uint64_t random_seed = 1;
};

struct SimulatedRates {
  double wrong = 0;    // share of sweeps in which an arm without effect is decided
  double found = 0;    // in which the arm with the effect is, on the right side
  double exactly = 0;  // the same by the exact test with Holm
};

// By the rule `pooled`; or by the rules given for `wrong` and `found`.
SimulatedRates simulate(const SeedNoise& noise, const Simulation& simulation,
                        ComparisonTest test = ComparisonTest::kPooled);

}  // namespace polysweep
