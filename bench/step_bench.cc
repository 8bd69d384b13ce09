// Training steps of the translation model, as many as it is told to;
// bench/step_bench.py drives it beside PyTorch eager.
//   step_bench SHAPE UPDATES DROPOUT FOLDER
// SHAPE is small or anchor. It writes into FOLDER what the other side needs to
// do the same work: sizes.json, weights.bin (floats, in the order of the names
// in sizes.json) and batches.json (the first UPDATES batches). It answers
// first with the loss of the first batch without dropout, per token, and each
// line "N" on its input with "TOKENS SECONDS" of N more updates.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiments/experiments.h"
#include "experiments/loss.h"
#include "experiments/training.h"
#include "framework/error.h"
#include "framework/provenance.h"
#include "framework/random_stream.h"

namespace polysweep {
namespace {

struct Shape {
  TransformerOptions model;
  std::int64_t batch_tokens = 0;
};

Shape shape_of(const std::string& name) {
  Shape shape;
  shape.model.encoding = "sinusoidal";
  shape.model.width = 128;
  shape.model.feed_forward = 256;
  shape.model.heads = 4;
  if (name == "small") {  // multi30k_first.toml
    shape.model.vocabulary = 4000;
    shape.model.encoder_layers = shape.model.decoder_layers = 2;
    shape.batch_tokens = 1024;
  } else if (name == "anchor") {  // the anchor protocol
    shape.model.vocabulary = 10000;
    shape.model.encoder_layers = shape.model.decoder_layers = 4;
    shape.batch_tokens = 4096;
  } else {
    fail("no shape is called {}: there are small and anchor", name);
  }
  return shape;
}

// Pairs as long as captions in pieces are, tokens as frequent as in a text (Zipf).
EncodedText random_text(std::size_t pairs, std::int64_t vocabulary) {
  RandomStream random(1, "step_bench");
  EncodedText text;
  text.name = "random";
  const auto sentence = [&](double mean) {
    const double length = std::clamp(mean + 4 * random.normal(), 4.0, 40.0);
    std::vector<std::int32_t> tokens(static_cast<std::size_t>(length));
    for (std::int32_t& token : tokens) {
      const double rank = std::pow(static_cast<double>(vocabulary - 4), random.uniform());
      token = static_cast<std::int32_t>(3 + rank);
    }
    return tokens;
  };
  for (std::size_t i = 0; i < pairs; ++i) {
    text.source.push_back(sentence(14));
    text.target.push_back(sentence(static_cast<double>(text.source.back().size())));
  }
  return text;
}

// Answers for the updates since the line before, then waits for the next line.
class Turns : public Recorder {
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
  void metric(std::string_view /*name*/, std::int64_t /*step*/, double /*value*/) override {}
  void text(std::string_view /*name*/, std::int64_t /*step*/, std::string_view /*value*/) override {
  }
  void resumed(std::int64_t /*step*/) override {}

 private:
  const Training* training_ = nullptr;
  std::int64_t until_ = 0;
  std::int64_t tokens_ = 0;
  double seconds_ = 0;
  bool stopped_ = false;
};

void write_work(const std::filesystem::path& folder, const Transformer& model, Batcher batcher,
                std::int64_t updates) {
  std::ofstream weights(folder / "weights.bin", std::ios::binary);
  nlohmann::json sizes = {{"heads", model.options().heads},
                          {"layers", model.options().encoder_layers},
                          {"longest", model.options().longest}};
  for (const NamedTensor& parameter : model.parameters()) {
    const at::Tensor flat = parameter.tensor.detach().contiguous();
    weights.write(reinterpret_cast<const char*>(flat.data_ptr<float>()),
                  static_cast<std::streamsize>(flat.nbytes()));
    sizes["weights"].push_back({parameter.name, flat.sizes().vec()});
  }
  std::ofstream(folder / "sizes.json") << sizes;
  nlohmann::json batches;
  for (std::int64_t i = 0; i < updates; ++i) {
    const Batch batch = batcher.next();
    batches.push_back({batch.source, batch.target_input, batch.target_output});
  }
  std::ofstream(folder / "batches.json") << batches;
}

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
  Shape shape = shape_of(argv[1]);
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
  write_work(folder, model, batcher, updates);
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

int main(int argc, char** argv) try {
  polysweep::Provenance provenance;
  polysweep::prepare_process(provenance, -1);
  return polysweep::bench_main(argc, argv);
} catch (const std::exception& error) {
  std::fprintf(stderr, "step_bench: %s\n", error.what());
  return 2;
}
