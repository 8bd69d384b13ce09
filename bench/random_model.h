// Models and texts for benchmarks, and the files that pass them to a peer.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/model/transformer.h"
#include "experiments/text/batch.h"
#include "experiments/text/encoded_corpus.h"
#include "framework/sweep/experiment.h"

namespace polysweep {

struct BenchShape {
  TransformerOptions model;
  std::int64_t batch_tokens = 0;
};

// Discards what a training reports; a benchmark overrides what it needs.
class QuietRecorder : public Recorder {
 public:
  void metric(std::string_view /*name*/, std::int64_t /*step*/, double /*value*/) override {}
  void text(std::string_view /*name*/, std::int64_t /*step*/, std::string_view /*value*/) override {
  }
  void progress(double /*done*/, double /*total*/) override {}
  void resumed(std::int64_t /*step*/) override {}
  bool stop_requested() override { return false; }
};

// small (multi30k_first.toml) or anchor (multi30k_tiny.toml, its batches halved).
// Throws Error for another name.
BenchShape bench_shape(const std::string& name);

// Pairs with the lengths of captions in pieces; token frequencies as in text (Zipf).
EncodedText random_text(std::size_t pairs, std::int64_t vocabulary, std::uint64_t seed = 1);

// Into `folder`: sizes.json, and weights.bin with the parameters as floats, in the
// order of the names in sizes.json.
void write_model(const std::filesystem::path& folder, const Transformer& model);
// Writes the batcher's next `count` batches as [[source, target input, target output], ...].
void write_batches(const std::filesystem::path& file, Batcher batcher, std::int64_t count);

}  // namespace polysweep
