// How often the rule of comparison errs where nothing differs, and what it finds: the tables
// of docs/statistics.md.
//
//   verdict_bench [FOLDER OF STUDIES [SWEEPS]]    (default docs/studies 2000)
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "bench/seed_noise.h"

namespace polysweep {
namespace {

const std::vector<std::size_t> kSeeds = {3, 4, 5, 8, 10, 20};
const std::vector<std::size_t> kFamilies = {1, 5, 12, 23};

std::string head(const std::string& first, const std::string& each) {
  std::string title = "| " + first + " |";
  std::string rule = "|:--|";
  for (const std::size_t seeds : kSeeds) {
    title += fmt::format(" {}{} |", seeds, each);
    rule += "--:|";
  }
  return title + "\n" + rule + "\n";
}

void error_table(const SeedNoise& noise, int sweeps) {
  fmt::print("Worst family-wise error over families of 1, 5, 12 and 23, by seeds:\n\n{}",
             head("noise", ""));
  for (const auto& [kind, name] : noises()) {
    std::string row = "| " + name + " |";
    for (const std::size_t seeds : kSeeds) {
      double worst = 0;
      for (const std::size_t family : kFamilies) {
        Simulation simulation;
        simulation.noise = kind;
        simulation.arms = family;
        simulation.seeds = seeds;
        simulation.sweeps = sweeps;
        simulation.random_seed = family * 100 + seeds;
        worst = std::max(worst, simulate(noise, simulation).wrong);
      }
      row += fmt::format(" {:.3f} |", worst);
    }
    fmt::print("{}\n", row);
  }
}

void groups_table(const SeedNoise& noise, int sweeps, bool uneven) {
  fmt::print(
      "\nTwelve comparisons, by number of baselines and seeds, groups of {} spread:\n\n"
      "| noise | 2 x 6; 3 | 4 x 3; 3 | 12 x 1; 3 | 2 x 6; 5 | 4 x 3; 5 | 12 x 1; 5 |\n"
      "|:--|--:|--:|--:|--:|--:|--:|\n",
      uneven ? "1, 2, 3 in turn times the" : "equal");
  for (const auto& [kind, name] : noises()) {
    std::string row = "| " + name + " |";
    for (const std::size_t seeds : {3, 5}) {
      for (const std::size_t baselines : {2, 4, 12}) {
        Simulation simulation;
        simulation.noise = kind;
        simulation.baselines = baselines;
        simulation.arms = 12 / baselines;
        simulation.uneven = uneven;
        simulation.seeds = seeds;
        simulation.sweeps = sweeps;
        simulation.random_seed = baselines * 1000 + seeds;
        row += fmt::format(" {:.3f} |", simulate(noise, simulation).wrong);
      }
    }
    fmt::print("{}\n", row);
  }
}

void power_table(const SeedNoise& noise, std::size_t family, int sweeps) {
  fmt::print("\nPower in a family of {}, BLEU noise: pooled (exact test):\n\n{}", family,
             head("difference", ""));
  for (const double effect : {1.0, 2.0, 4.0}) {
    std::string row = fmt::format("| {:g} spreads |", effect);
    for (const std::size_t seeds : kSeeds) {
      Simulation simulation;
      simulation.noise = Noise::kBleu;
      simulation.arms = family;
      simulation.seeds = seeds;
      simulation.effect = effect;
      simulation.sweeps = sweeps;
      simulation.random_seed = 7;
      const SimulatedRates rates = simulate(noise, simulation);
      row += fmt::format(" {:.2f} ({:.2f}) |", rates.found, rates.exactly);
    }
    fmt::print("{}\n", row);
  }
}

}  // namespace
}  // namespace polysweep

int main(int count, char** words) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const polysweep::SeedNoise noise(count > 1 ? words[1] : "docs/studies");
  const int sweeps = count > 2 ? std::atoi(words[2]) : 2000;
  polysweep::error_table(noise, sweeps);
  for (const bool uneven : {false, true}) polysweep::groups_table(noise, sweeps, uneven);
  for (const std::size_t family : polysweep::kFamilies) {
    polysweep::power_table(noise, family, sweeps);
  }
}
