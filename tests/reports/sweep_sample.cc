#include "tests/reports/sweep_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "framework/core/digest.h"
#include "framework/core/random_stream.h"
#include "framework/sweep/value_reader.h"

namespace polysweep {
namespace {

TrialId id_of(const SweepResults& results, std::size_t cell, int seed) {
  const auto digest =
      sha256(results.sweep + "/" + std::to_string(cell) + "/" + std::to_string(seed));
  TrialId id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

bool agrees(const SweepResults& results, const CellResult& cell, const CellResult& base) {
  for (const auto& factor : results.factors) {
    if (results.baseline.find(factor.name) != nullptr) continue;
    const Value* a = cell.levels.find(factor.name);
    const Value* b = base.levels.find(factor.name);
    if (a != nullptr && b != nullptr && !(*a == *b)) return false;
  }
  return true;
}

double quality(const std::string& encoding, const std::string& order, int dimension) {
  double base = dimension == 128 ? 33.4 : 29.8;
  if (encoding == "none") base -= 9.5;
  if (encoding == "learned") base -= 0.7;
  if (encoding == "rope") base += 1.4;
  if (encoding == "legendre_position") {
    base += order == "4" ? -4.1 : order == "16" ? -0.6 : 0.3;
  }
  return base;
}

void add_curves(SweepResults& results, std::size_t trial, double score, std::uint64_t seed) {
  RandomStream noise(seed, "sample curves", trial);
  const double floor = 4.4 - score / 14;
  Curve validation{trial, {}};
  Curve training{trial, {}};
  for (int step = 20; step <= 400; step += 20) {
    const double loss = floor + 4.6 * std::exp(-step / (150.0 - 2 * score));
    validation.points.push_back({step, loss + 0.02 * noise.normal()});
    training.points.push_back({step, loss - 0.0004 * step + 0.04 * noise.normal()});
  }
  results.trials[trial].final_metrics["validation_loss"] = validation.points.back().value;
  results.trials[trial].final_metrics["training_loss"] = training.points.back().value;
  results.curves["validation_loss"].push_back(std::move(validation));
  results.curves["training_loss"].push_back(std::move(training));
}

void describe(SweepResults& results) {
  results.experiment = "translation";
  results.experiment_doc = "Encoder-decoder Transformer";
  results.file = "experiments/sweeps/encodings.toml";
  results.text =
      "sweep      = \"encodings\"\nexperiment = \"translation\"\nreplicate  = \"seed\"\n\n"
      "[fixed]\ncorpus = \"synthetic\"\nupdates = 400\n";
  results.revision = sha256_hex("sample");
  results.planned_us = 1790000000000000;
  results.primary = {"test_bleu", Goal::kMaximize, "BLEU", "sacreBLEU 13a"};
  results.secondary = {
      {"validation_loss", Goal::kMinimize, "nats/token", "", results.clock, Role::kProgress}};
  results.metrics = {{"training_loss", Goal::kMinimize, "nats/token", ""},
                     {"tokens_per_second", Goal::kMaximize, "tokens/s", ""},
                     {"tokens", Goal::kMaximize, "tokens", "", results.clock, Role::kBudget},
                     {"parameters", Goal::kMinimize, "", "", results.clock, Role::kSize}};
  results.roles = {{"updates", Role::kBudget}, {"corpus", Role::kData}};
  results.fixed.set("corpus", Value("synthetic"));
  results.fixed.set("updates", Value(400));
  results.defaults.set("dropout", Value(0.1));
  results.exclusions = {{"exclude encoding=\"none\" dimension=256", 5}};
  results.provenance["build-a"] = {{"build.commit", "4be2c1d"},
                                   {"library.libtorch", "1.13.1"},
                                   {"machine.cpu", "Example CPU 2.2 GHz"},
                                   {"machine.name", "node1"},
                                   {"env.OPENBLAS_NUM_THREADS", "1"},
                                   {"threads.torch", "1"}};
  results.provenance["build-b"] = results.provenance["build-a"];
  results.provenance["build-b"]["build.commit"] = "99e0a77";
}

void add_trial(SweepBuilder& builder, std::size_t cell, int seed, double score,
               const SampleOptions& options, bool other_build) {
  SweepResults& results = builder.results();
  const std::size_t index = builder.done(cell, seed, score);
  TrialResult& trial = results.trials[index];
  trial.elapsed_s = 3.1 + 0.01 * static_cast<double>(index);
  trial.peak_memory_bytes = 212e6 + 1e4 * static_cast<double>(index);
  trial.provenance = other_build ? "build-b" : "build-a";
  trial.final_metrics["tokens_per_second"] = 2800 - static_cast<double>(index);
  if (options.curves) add_curves(results, index, score, 7);
}

}  // namespace

const std::vector<std::string> kHostileNames = {
    "<script>alert(1)</script>",
    "a|b`c`\n| - | new row",
    "\" onload=\"alert(1)",
    "'; system(\"touch owned\") #",
    "`touch owned`",
    "=cmd|' /C calc'!A0",
    "]]></style><img src=x onerror=alert(1)>",
    "![x](http://example.invalid/x.png)",
    "@0@ @1@ %s {} \\",
};

SweepBuilder::SweepBuilder(const std::string& name) {
  results_.sweep = name;
  results_.experiment = "toy";
  results_.replicate = "seed";
  results_.file = name + ".toml";
  results_.primary = {"score", Goal::kMaximize, "points", ""};
}

SweepBuilder& SweepBuilder::factor(const std::string& name,
                                   const std::vector<std::string>& levels) {
  FactorInfo info{name, {}, "", ""};
  for (const auto& level : levels) info.levels.push_back(value_from_argument(level));
  results_.factors.push_back(std::move(info));
  return *this;
}

SweepBuilder& SweepBuilder::drawn(const std::string& name, Sampling sampling) {
  FactorInfo info{name, {}, "", ""};
  info.sampling = sampling;
  results_.factors.push_back(std::move(info));
  return *this;
}

SweepBuilder& SweepBuilder::baseline(const std::string& name, const std::string& level) {
  results_.baseline.set(name, value_from_argument(level));
  return *this;
}

std::size_t SweepBuilder::cell(const std::vector<std::string>& levels) {
  CellResult cell;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].empty()) continue;
    FactorInfo& factor = results_.factors[i];
    const Value level = value_from_argument(levels[i]);
    cell.levels.set(factor.name, level);
    auto& known = factor.levels;
    if (factor.sampling != Sampling::kNone &&
        std::find(known.begin(), known.end(), level) == known.end()) {
      known.push_back(level);
    }
  }
  cell.number = static_cast<std::uint32_t>(results_.cells.size());
  results_.cells.push_back(std::move(cell));
  return results_.cells.size() - 1;
}

std::size_t SweepBuilder::other(std::size_t cell, int seed, TrialState state,
                                const std::string& outcome, const std::string& message) {
  TrialResult trial;
  trial.id = id_of(results_, cell, seed);
  trial.cell = static_cast<std::uint32_t>(cell);
  trial.replicate = std::to_string(seed);
  trial.state = state;
  trial.attempts = state == TrialState::kPending ? 0 : 1;
  trial.outcome = outcome;
  trial.message = message;
  results_.cells[cell].trials.push_back(results_.trials.size());
  results_.trials.push_back(std::move(trial));
  return results_.trials.size() - 1;
}

std::size_t SweepBuilder::done(std::size_t cell, int seed, double value) {
  const std::size_t index = other(cell, seed, TrialState::kDone, "done");
  results_.trials[index].final_metrics[results_.primary.name] = value;
  return index;
}

SweepResults SweepBuilder::build() {
  if (results_.baseline.empty()) return results_;
  const auto is_base = [&](const CellResult& cell) {
    return std::all_of(results_.baseline.begin(), results_.baseline.end(), [&](const auto& entry) {
      const Value* level = cell.levels.find(entry.first);
      return level != nullptr && *level == entry.second;
    });
  };
  for (auto& cell : results_.cells) {
    cell.is_baseline = is_base(cell);
    for (std::size_t i = 0; i < results_.cells.size() && !cell.is_baseline; ++i) {
      if (is_base(results_.cells[i]) && agrees(results_, cell, results_.cells[i])) {
        cell.baseline = static_cast<int>(i);
      }
    }
  }
  return results_;
}

SweepResults crossed_sweep(int widths) {
  SweepBuilder builder("crossed");
  const std::vector<std::string> arms = {"plain", "fast", "slow"};
  std::vector<std::string> names;
  for (int i = 0; i < widths; ++i) names.push_back(std::to_string(16 << i));
  builder.factor("arm", arms).factor("width", names).baseline("arm", "plain");
  builder.results().metrics = {
      {"loss", Goal::kMinimize, "nats", "", builder.results().clock, Role::kProgress}};
  for (std::size_t arm = 0; arm < arms.size(); ++arm) {
    for (int width = 0; width < widths; ++width) {
      const auto cell = builder.cell({arms[arm], names[static_cast<std::size_t>(width)]});
      for (int seed = 0; seed < 3; ++seed) {
        const double level = 2 + static_cast<double>(arm) + 0.1 * width;
        const std::size_t trial = builder.done(cell, seed, 10 * level + 0.1 * seed);
        Curve curve{trial, {}};
        for (int step = 10; step <= 1000; step += 10) {
          curve.points.push_back({step, level + 5.0 / step + 0.02 * seed});
        }
        builder.results().curves["loss"].push_back(std::move(curve));
      }
    }
  }
  return builder.build();
}

SweepResults search_sample(std::size_t settings) {
  SweepBuilder builder("search");
  builder.drawn("rate", Sampling::kLogUniform).drawn("width", Sampling::kInteger);
  RandomStream draws(3, "search sample");
  for (std::size_t i = 0; i < settings; ++i) {
    const double power = -5 + 4 * draws.uniform();
    const auto width = 8 + draws.below(57);
    const std::size_t cell =
        builder.cell({fmt::format("{:.11e}", std::pow(10, power)), std::to_string(width)});
    if (i == 3) {
      builder.other(cell, 0, TrialState::kFailed, "failed", "out of memory");
    } else if (i == 4) {
      builder.other(cell, 0, TrialState::kDiverged, "diverged", "loss is not finite");
    } else if (i + 1 == settings) {
      builder.other(cell, 0, TrialState::kPending);
    } else {
      const double score = 80 - 4 * (power + 2.5) * (power + 2.5) +
                           0.05 * static_cast<double>(width) + 0.3 * draws.normal();
      const std::size_t trial = builder.done(cell, 0, score);
      builder.results().trials[trial].finished_us = static_cast<std::int64_t>(settings - i);
    }
  }
  return builder.build();
}

SweepResults sample_sweep(const SampleOptions& options) {
  SweepBuilder builder("encodings");
  describe(builder.results());
  builder.factor("encoding", {"none", "sinusoidal", "learned", "rope", "legendre_position"})
      .factor("order", {"4", "16", "full"})
      .factor("dimension", {"64", "128"})
      .baseline("encoding", "sinusoidal");
  const std::vector<std::pair<std::string, std::string>> arms = {{"none", ""},
                                                                 {"sinusoidal", ""},
                                                                 {"learned", ""},
                                                                 {"rope", ""},
                                                                 {"legendre_position", "4"},
                                                                 {"legendre_position", "16"},
                                                                 {"legendre_position", "full"}};
  std::vector<std::pair<std::size_t, double>> cells;
  for (const auto& [encoding, order] : arms) {
    for (const int dimension : {64, 128}) {
      cells.emplace_back(builder.cell({encoding, order, std::to_string(dimension)}),
                         quality(encoding, order, dimension));
    }
  }
  RandomStream noise(11, "sample");
  for (int seed = 0; seed < options.seeds; ++seed) {
    const double shared = 0.5 * noise.normal();  // a seed is easy or hard for all arms
    for (const auto& [cell, mean] : cells) {
      const double score = mean + shared + 0.35 * noise.normal();
      if (options.troubles && cell == 6 && seed == 2) {
        const auto index = builder.other(cell, seed, TrialState::kFailed, "out of memory",
                                         "worker was killed (signal 9)");
        builder.results().trials[index].output_tail = "step 120 loss 3.2\nbad_alloc\n";
      } else if (options.troubles && cell == 9 && seed == 1) {
        builder.other(cell, seed, TrialState::kDiverged, "diverged", "loss is not finite");
      } else if (options.troubles && cell == 13 && seed == options.seeds - 1) {
        builder.other(cell, seed, TrialState::kPending);
      } else if (options.troubles && cell == 12 && seed == options.seeds - 1) {
        builder.other(cell, seed, TrialState::kRunning);
      } else {
        add_trial(builder, cell, seed, score, options, options.two_builds && cell / 2 == 3);
      }
    }
  }
  return builder.build();
}

}  // namespace polysweep
