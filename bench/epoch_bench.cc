// Complete epochs with their validation; bench/epoch_bench.py drives it beside a plain
// loop around nn.Transformer.
//   epoch_bench SHAPE FOLDER
// It writes sizes.json, weights.bin, train.json and valid.json (the pairs' tokens,
// ends counted) into FOLDER, says the share of padding that its batches would have,
// and answers each line on its input with "TOKENS SECONDS" of one more epoch, its
// validation included.
#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/benchmark.h"
#include "bench/random_model.h"
#include "experiments/experiments.h"
#include "experiments/training/training.h"
#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/provenance.h"

namespace polysweep {
namespace {

constexpr std::size_t kTrainPairs = 4000;
constexpr std::size_t kValidPairs = 500;

void write_pairs(const std::filesystem::path& file, const EncodedText& text) {
  nlohmann::json pairs;
  for (std::size_t i = 0; i < text.source.size(); ++i) {
    const Batch batch = make_batch(text, {i});
    pairs.push_back({batch.source[0], batch.target_input[0], batch.target_output});
  }
  std::ofstream(file) << pairs;
}

// An epoch ends with its validation, whose last metric is "train_seconds".
class Epochs : public QuietRecorder {
 public:
  void watch(const Training& training) { training_ = &training; }

  bool wait() {
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    tokens_ = training_->tokens();
    began_s_ = system_clock().monotonic_s();
    return true;
  }

  void metric(std::string_view name, std::int64_t /*step*/, double /*value*/) override {
    if (name != "train_seconds") return;
    std::printf("%lld %.9f\n", static_cast<long long>(training_->tokens() - tokens_),
                system_clock().monotonic_s() - began_s_);
    std::fflush(stdout);
    stopped_ = !wait();
  }
  bool stop_requested() override { return stopped_; }

 private:
  const Training* training_ = nullptr;
  std::int64_t tokens_ = 0;
  double began_s_ = 0;
  bool stopped_ = false;
};

int bench_main(int argc, char** argv) {
  if (argc != 3) fail("usage: epoch_bench SHAPE FOLDER");
  Provenance provenance;
  prepare_process(provenance, -1);
  BenchShape shape = bench_shape(argv[1]);
  shape.model.dropout = 0.1;
  const std::filesystem::path folder = argv[2];
  const EncodedText train = random_text(kTrainPairs, shape.model.vocabulary);
  const EncodedText valid = random_text(kValidPairs, shape.model.vocabulary, 2);
  Transformer model(shape.model, 1);
  write_model(folder, model);
  write_pairs(folder / "train.json", train);
  write_pairs(folder / "valid.json", valid);
  TrainingOptions options;
  options.updates = 1'000'000;
  options.batch_tokens = shape.batch_tokens;
  Training training(model, train, valid, options);
  CheckpointFolder checkpoints(system_files(), folder, {});
  std::printf("%.6f\n", Batcher(train, options.batch_tokens, options.seed).padding().fraction());
  std::fflush(stdout);
  Epochs epochs;
  epochs.watch(training);
  if (epochs.wait()) training.run(epochs, checkpoints, {0, 0});
  return 0;
}

}  // namespace
}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("epoch_bench", polysweep::bench_main, argc, argv);
}
