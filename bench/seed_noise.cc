#include "bench/seed_noise.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "framework/core/error.h"
#include "reports/analysis/pooled_test.h"
#include "reports/analysis/sign_flip.h"
#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

constexpr double kCommon = 0.25;  // share of the variance

using Study = std::map<std::string, std::map<std::string, double>>;  // cell -> seed -> value

// The files have no quoted fields.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream text(line);
  for (std::string field; std::getline(text, field, ',');) fields.push_back(field);
  return fields;
}

Study read_study(const std::filesystem::path& file, const std::vector<std::string>& cell_columns,
                 const std::string& metric) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) fail("{} cannot be read", file.string());
  const auto header = fields_of(line);
  const auto column = [&](const std::string& name) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) fail("{} has no column {}", file.string(), name);
    return static_cast<std::size_t>(found - header.begin());
  };
  Study study;
  while (std::getline(in, line)) {
    const auto fields = fields_of(line);
    std::string cell;
    for (const auto& name : cell_columns) cell += fields.at(column(name)) + " ";
    study[cell][fields.at(column("seed"))] = std::stod(fields.at(column(metric)));
  }
  return study;
}

double root_mean_square(const std::vector<double>& values) {
  double squares = 0;
  for (const double v : values) squares += v * v;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

double spread_of(const std::map<std::string, double>& cell) {
  std::vector<double> values;
  for (const auto& [seed, value] : cell) values.push_back(value);
  return *summarize(values).sd;
}

double exponential(RandomStream& stream) { return -std::log(1 - stream.uniform()); }

double student_3(RandomStream& stream) {
  double squares = 0;
  for (int i = 0; i < 3; ++i) {
    const double z = stream.normal();
    squares += z * z;
  }
  return stream.normal() / std::sqrt(squares / 3);
}

double one_of(const std::vector<double>& values, RandomStream& stream) {
  return values[stream.below(values.size())];
}

}  // namespace

const std::vector<std::pair<Noise, std::string>>& noises() {
  static const std::vector<std::pair<Noise, std::string>> all = {
      {Noise::kNormal, "normal"},       {Noise::kBleu, "BLEU"},
      {Noise::kHeavy, "heavy tails"},   {Noise::kSkewed, "skewed"},
      {Noise::kDiverging, "diverging"}, {Noise::kTwoModes, "two modes"},
      {Noise::kDiscrete, "discrete"},   {Noise::kLength, "length"},
      {Noise::kSpreads, "spreads"}};
  return all;
}

SeedNoise::SeedNoise(const std::filesystem::path& studies) {
  const Study bleu =
      read_study(studies / "pope_claims_small.csv", {"encoding", "norm"}, "test_bleu_untokenized");
  const double arms = static_cast<double>(bleu.size());
  const double seeds = static_cast<double>(bleu.begin()->second.size());
  std::map<std::string, double> by_seed;
  double grand = 0;
  for (const auto& [cell, values] : bleu) {
    for (const auto& [seed, value] : values) {
      by_seed[seed] += value / arms;
      grand += value / (arms * seeds);
    }
  }
  double squares = 0;
  for (const auto& [cell, values] : bleu) {
    double mean = 0;
    for (const auto& [seed, value] : values) mean += value / seeds;
    for (const auto& [seed, value] : values) {
      residuals_.push_back(value - mean - by_seed[seed] + grand);
      squares += residuals_.back() * residuals_.back();
    }
  }
  const double error = squares / ((arms - 1) * (seeds - 1));
  double between = 0;
  for (const auto& [seed, mean] : by_seed) {
    seed_effects_.push_back(mean - grand);
    between += (mean - grand) * (mean - grand) / (seeds - 1);
  }
  const double common = std::max(0.0, between - error / arms);
  const double residual_scale = std::sqrt(error / (error + common)) / root_mean_square(residuals_);
  const double effect_scale =
      std::sqrt(common / (error + common)) / root_mean_square(seed_effects_);
  for (double& v : residuals_) v *= residual_scale;
  for (double& v : seed_effects_) v *= effect_scale;

  const Study length = read_study(studies / "length_small.csv", {"encoding"}, "accuracy_longer");
  const double baseline = spread_of(length.at("sinusoidal "));
  for (const auto& [cell, values] : length) {
    if (cell != "sinusoidal ") length_spreads_.push_back(spread_of(values) / baseline);
  }
}

ValueGrid SeedNoise::draw(Noise noise, RandomStream& stream, std::size_t arms,
                          std::size_t seeds) const {
  ValueGrid grid(arms + 1, seeds);
  std::vector<double> spreads(arms + 1, 1);
  for (std::size_t arm = 1; arm <= arms; ++arm) {
    if (noise == Noise::kSpreads) spreads[arm] = std::exp(0.7 * stream.normal());
    if (noise == Noise::kLength) spreads[arm] = length_spreads_[(arm - 1) % length_spreads_.size()];
  }
  const double own = std::sqrt(1 - kCommon);
  for (std::size_t seed = 0; seed < seeds; ++seed) {
    const double common = std::sqrt(kCommon) * stream.normal();
    const double effect = one_of(seed_effects_, stream);
    for (std::size_t arm = 0; arm <= arms; ++arm) {
      double value = 0;
      switch (noise) {
        case Noise::kNormal:
          value = common + own * stream.normal();
          break;
        case Noise::kBleu:
          value = effect + one_of(residuals_, stream);
          break;
        case Noise::kHeavy:
          value = common + own * student_3(stream) / std::sqrt(3.0);
          break;
        case Noise::kSkewed:
          value = common + own * (1 - exponential(stream));
          break;
        case Noise::kDiverging:
          value = common + own * stream.normal() - (stream.uniform() < 0.1 ? 10 : 0);
          break;
        case Noise::kTwoModes:
          value = (stream.uniform() < 0.5 ? 1 : -1) + 0.02 * stream.normal();
          break;
        case Noise::kDiscrete:
          value = std::round(2 * (common + own * stream.normal())) / 2;
          break;
        case Noise::kLength:
          value = spreads[arm] * stream.normal();
          break;
        case Noise::kSpreads:
          value = spreads[arm] * (common + own * stream.normal());
          break;
      }
      grid.set(arm, seed, value);
    }
  }
  return grid;
}

namespace {

struct Outcome {
  double difference = 0;
  double p = 1;        // by the rule
  double exact_p = 1;  // adjusted
};

std::vector<double> differences_of(const ValueGrid& grid, std::size_t arm) {
  std::vector<double> differences;
  for (std::size_t seed = 0; seed < grid.columns(); ++seed) {
    differences.push_back(grid.at(arm, seed) - grid.at(0, seed));
  }
  return differences;
}

std::vector<Outcome> decided(const std::vector<ValueGrid>& groups, ComparisonTest test) {
  std::vector<Outcome> outcomes;
  std::vector<double> exact;
  std::vector<double> paired;
  for (const ValueGrid& grid : groups) {
    for (std::size_t arm = 1; arm < grid.rows(); ++arm) {
      const auto differences = differences_of(grid, arm);
      outcomes.push_back({mean_of(differences), 1, 1});
      exact.push_back(sign_flip_test(differences, 0).p);
      paired.push_back(paired_t_p(differences));
    }
  }
  const auto exact_adjusted = holm(exact);
  const auto paired_adjusted = holm(paired);
  std::size_t at = 0;
  if (test == ComparisonTest::kPooled) {
    for (const auto& group : pooled_test(groups).groups) {
      for (const auto& arm : group.arms) outcomes[at++].p = arm.p;
    }
  }
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    outcomes[i].exact_p = exact_adjusted[i];
    if (test == ComparisonTest::kPairedT) outcomes[i].p = paired_adjusted[i];
    if (test == ComparisonTest::kSignFlip) outcomes[i].p = exact_adjusted[i];
  }
  return outcomes;
}

}  // namespace

SimulatedRates simulate(const SeedNoise& noise, const Simulation& simulation, ComparisonTest test) {
  SimulatedRates rates;
  RandomStream stream(simulation.random_seed, "simulated sweeps",
                      static_cast<std::uint64_t>(simulation.noise));
  const double share = 1.0 / simulation.sweeps;
  for (int sweep = 0; sweep < simulation.sweeps; ++sweep) {
    std::vector<ValueGrid> groups;
    for (std::size_t g = 0; g < simulation.baselines; ++g) {
      ValueGrid grid = noise.draw(simulation.noise, stream, simulation.arms, simulation.seeds);
      const double spread = simulation.uneven ? 1.0 + static_cast<double>(g % 3) : 1;
      for (std::size_t arm = 0; arm < grid.rows(); ++arm) {
        for (std::size_t seed = 0; seed < grid.columns(); ++seed) {
          grid.set(arm, seed, grid.at(arm, seed) * spread);
        }
      }
      groups.push_back(std::move(grid));
    }
    for (std::size_t seed = 0; simulation.effect != 0 && seed < simulation.seeds; ++seed) {
      groups[0].set(1, seed, groups[0].at(1, seed) + simulation.effect);
    }
    const auto outcomes = decided(groups, test);
    bool wrong = false;
    for (std::size_t i = simulation.effect != 0 ? 1 : 0; i < outcomes.size(); ++i) {
      wrong = wrong || (outcomes[i].p <= simulation.alpha && outcomes[i].difference != 0);
    }
    rates.wrong += wrong ? share : 0;
    if (simulation.effect == 0 || outcomes[0].difference * simulation.effect <= 0) continue;
    rates.found += outcomes[0].p <= simulation.alpha ? share : 0;
    rates.exactly += outcomes[0].exact_p <= simulation.alpha ? share : 0;
  }
  return rates;
}

}  // namespace polysweep
