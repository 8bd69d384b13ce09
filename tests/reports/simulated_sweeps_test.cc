// Simulated sweeps in which nothing differs: the rule `pooled` calls at most 6% of them
// anything else. `bench/verdict_bench` makes the complete table (docs/statistics.md).
#include <cstdio>

#include "bench/seed_noise.h"
#include "tests/support/catch.h"

namespace polysweep {
namespace {

const SeedNoise& seed_noise() {
  static const SeedNoise noise(std::string(POLYSWEEP_SOURCE_FOLDER) + "/docs/studies");
  return noise;
}

Simulation simulated(Noise noise, std::size_t arms, std::size_t seeds) {
  Simulation simulation;
  simulation.noise = noise;
  simulation.arms = arms;
  simulation.seeds = seeds;
  simulation.random_seed = 100 * arms + seeds;
  return simulation;
}

}  // namespace

TEST_CASE("of 2,000 null sweeps at most 6% are called anything, under every noise",
          "[simulated sweeps]") {
  double worst = 0;
  for (const auto& [noise, name] : noises()) {
    for (const auto& [arms, seeds] : {std::pair<std::size_t, std::size_t>{1, 3},
                                      {5, 4},
                                      {12, 3},
                                      {12, 5},
                                      {23, 3},
                                      {5, 10},
                                      {1, 20}}) {
      CAPTURE(name, arms, seeds);
      const double wrong = simulate(seed_noise(), simulated(noise, arms, seeds)).wrong;
      CHECK(wrong <= 0.06);
      worst = std::max(worst, wrong);
    }
  }
  std::printf("worst family-wise error: %.3f\n", worst);
  CHECK(worst > 0.02);  // the rule does decide
}

TEST_CASE("several baselines hold the error, too", "[simulated sweeps]") {
  for (const Noise noise : {Noise::kNormal, Noise::kBleu, Noise::kDiverging, Noise::kSpreads}) {
    for (const std::size_t baselines : {3, 12}) {
      Simulation simulation = simulated(noise, 12 / baselines, 4);
      simulation.baselines = baselines;
      simulation.uneven = true;
      CAPTURE(baselines, static_cast<int>(noise));
      CHECK(simulate(seed_noise(), simulation).wrong <= 0.06);
    }
  }
}

// The one case that was found in which the rule does not hold its error (docs/statistics.md).
TEST_CASE("two modes of unequal gaps, one arm a baseline and three seeds err in at most 13%",
          "[simulated sweeps]") {
  Simulation simulation = simulated(Noise::kTwoModes, 1, 3);
  simulation.baselines = 12;
  simulation.uneven = true;
  const double wrong = simulate(seed_noise(), simulation).wrong;
  std::printf("two modes, 12 baselines with one arm each, 3 seeds: %.3f\n", wrong);
  CHECK(wrong <= 0.13);
}

// That the simulation can tell: the paired t test with Holm alone errs where three equal
// differences are likely.
TEST_CASE("the simulation finds a rule that errs", "[simulated sweeps]") {
  const Simulation simulation = simulated(Noise::kTwoModes, 12, 3);
  CHECK(simulate(seed_noise(), simulation, ComparisonTest::kPairedT).wrong > 0.1);
  CHECK(simulate(seed_noise(), simulation, ComparisonTest::kSignFlip).wrong == 0);
}

TEST_CASE("three seeds find four spreads, where the exact test can find nothing",
          "[simulated sweeps]") {
  Simulation simulation = simulated(Noise::kBleu, 12, 3);
  simulation.effect = 4;
  const SimulatedRates rates = simulate(seed_noise(), simulation);
  CHECK(rates.found > 0.65);  // 0.75 by the study
  CHECK(rates.exactly == 0);
  CHECK(rates.wrong <= 0.06);
}

}  // namespace polysweep
