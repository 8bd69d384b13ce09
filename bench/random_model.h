// What benchmarks of the model work on, and what they tell the peer of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "experiments/batch.h"
#include "experiments/encoded_corpus.h"
#include "experiments/transformer.h"

namespace polysweep {

struct BenchShape {
  TransformerOptions model;
  std::int64_t batch_tokens = 0;
};

// small (multi30k_first.toml) or anchor (multi30k_tiny.toml, its batches halved).
// Throws Error for another name.
BenchShape bench_shape(const std::string& name);

// Pairs as long as captions in pieces are, tokens as frequent as in a text (Zipf).
EncodedText random_text(std::size_t pairs, std::int64_t vocabulary, std::uint64_t seed = 1);

// Into `folder`: sizes.json, and weights.bin with the parameters as floats, in the
// order of the names in sizes.json.
void write_model(const std::filesystem::path& folder, const Transformer& model);
// FOLDER/NAME as [[source, target input, target output], ...]: the batcher's next.
void write_batches(const std::filesystem::path& file, Batcher batcher, std::int64_t count);

}  // namespace polysweep
