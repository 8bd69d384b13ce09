// Training steps of the translation model, as many as it is told to;
// bench/step_bench.py drives it beside PyTorch eager.
//   step_bench SHAPE UPDATES DROPOUT FOLDER
// SHAPE is small or anchor. It writes into FOLDER what the other side needs to
// do the same work: sizes.json, weights.bin (floats, in the order of the names
// in sizes.json) and batches.json (the first UPDATES batches). It answers
// first with the loss of the first batch without dropout, per token, and each
// line "N" on its input with "TOKENS SECONDS" of N more updates.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "bench/benchmark.h"
#include "bench/random_model.h"
#include "experiments/experiments.h"
#include "experiments/training/loss.h"
#include "experiments/training/training.h"
#include "framework/core/error.h"
#include "framework/core/provenance.h"

namespace polysweep {
namespace {

// Answers for the updates since the line before, then waits for the next line.
class Turns : public QuietRecorder {
 public:
  void watch(const Training& training) { training_ = &training; }

  bool wait() {
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    until_ = training_->updates() + std::stoll(line);
    tokens_ = training_->tokens();
    seconds_ = training_->train_seconds();
    return true;
  }

  void progress(double /*done*/, double /*total*/) override {
    if (training_->updates() < until_) return;
    std::printf("%lld %.9f\n", static_cast<long long>(training_->tokens() - tokens_),
                training_->train_seconds() - seconds_);
    std::fflush(stdout);
    stopped_ = !wait();
  }
  bool stop_requested() override { return stopped_; }

 private:
  const Training* training_ = nullptr;
  std::int64_t until_ = 0;
  std::int64_t tokens_ = 0;
  double seconds_ = 0;
  bool stopped_ = false;
};

// Per token, without dropout: what the other side must find, too.
double first_loss(const Transformer& model, Batcher batcher, double smoothing) {
  at::NoGradGuard no_gradients;
  const Batch batch = batcher.next();
  const at::Tensor hidden = model.forward(token_rows(batch.source), token_rows(batch.target_input));
  const at::Tensor targets = at::tensor(batch.target_output, at::kLong);
  return label_smoothed_loss(hidden, model.embedding(), targets, smoothing).sum.item<double>() /
         static_cast<double>(batch.target_tokens);
}

int bench_main(int argc, char** argv) {
  if (argc != 5) fail("usage: step_bench SHAPE UPDATES DROPOUT FOLDER");
  Provenance provenance;
  prepare_process(provenance, -1);
  BenchShape shape = bench_shape(argv[1]);
  const std::int64_t updates = std::stoll(argv[2]);
  shape.model.dropout = std::stod(argv[3]);
  const std::filesystem::path folder = argv[4];
  const EncodedText text = random_text(6000, shape.model.vocabulary);
  Transformer model(shape.model, 1);
  TrainingOptions options;
  options.updates = updates + 1;
  options.batch_tokens = shape.batch_tokens;
  options.evaluate_every = updates + 2;
  const Batcher batcher(text, options.batch_tokens, options.seed);
  write_model(folder, model);
  write_batches(folder / "batches.json", batcher, updates);
  std::printf("%.9f\n", first_loss(model, batcher, options.label_smoothing));
  std::fflush(stdout);
  Training training(model, text, text, options);
  CheckpointFolder checkpoints(system_files(), folder, {});
  Turns turns;
  turns.watch(training);
  if (turns.wait()) training.run(turns, checkpoints, {0, 0});
  return 0;
}

}  // namespace
}  // namespace polysweep

int main(int argc, char** argv) {
  return polysweep::run_benchmark("step_bench", polysweep::bench_main, argc, argv);
}
