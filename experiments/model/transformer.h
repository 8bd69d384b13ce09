// The encoder-decoder Transformer (Vaswani 2017), post-LN or pre-LN.
//
// ReLU feed-forward, one embedding for source, target and output, embeddings
// scaled by sqrt(M), dropout on embeddings and on what each sublayer adds to
// its residual, optionally on attention weights. Works on packed rows (packed_rows.h).
// Initial weights as fairseq's: embedding N(0, 1/M), projections Xavier uniform
// (q, k and v each as its own matrix with gain 1/sqrt(2)), biases 0, norms 1.
// Given the same parameters and inputs it returns the same bits, on one thread.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "experiments/encodings/encoding.h"
#include "experiments/tensors/dropout.h"
#include "experiments/tensors/packed_rows.h"
#include "experiments/tensors/weights.h"

namespace polysweep {

struct TransformerOptions {
  std::int64_t vocabulary = 0;  // V
  std::int64_t width = 128;     // M, a multiple of heads
  std::int64_t feed_forward = 256;
  std::int64_t heads = 4;  // H
  std::int64_t encoder_layers = 4;
  std::int64_t decoder_layers = 4;
  std::int64_t longest = 256;  // largest number of tokens of a sentence
  bool pre_norm = false;
  double dropout = 0.3;
  double attention_dropout = 0;
  std::string encoding = "none";
  EncodingOptions encoding_options;
  at::ScalarType type = at::kFloat;
  at::Device device = at::kCPU;
};

// Decoding in progress: one row for each hypothesis, all of the same length.
// Rows of one source sentence share its keys and values, and those of the tokens
// that they have in common: each is stored once.
struct DecoderState {
  struct Layer {
    at::Tensor keys;          // [capacity, H, D'], rotated; the first `used` are valid
    at::Tensor values;        // [capacity, H, D]
    at::Tensor cross_keys;    // [Ns, H, D] of all source rows
    at::Tensor cross_values;  // [Ns, H, D]
  };
  std::vector<Layer> layers;
  at::Tensor places;      // [R, length] int64: where each row's tokens are
  std::int64_t used = 0;  // places
  PackedRows source;
  std::vector<std::int64_t> sentences;  // source sentence of each row
  std::int64_t length = 0;              // tokens seen so far
};

class Transformer {
 public:
  // Throws Error for sizes that do not fit each other or the encoding.
  Transformer(const TransformerOptions& options, std::uint64_t seed);
  ~Transformer();

  const TransformerOptions& options() const;
  // Trainable parameters, each once, in a fixed order. All leaves.
  const std::vector<NamedTensor>& parameters() const;
  // Encoding::rank() of the decoder's positions; the encoder's have the same.
  std::optional<std::int64_t> position_rank() const;
  // [V, M], also the output projection.
  const at::Tensor& embedding() const;

  // -> [Ns, M]. `key` names the dropout masks; nullptr: no dropout.
  // Throws Error for a sentence longer than options().longest.
  at::Tensor encode(const TokenRows& source, const DropoutKey* key = nullptr) const;
  // Teacher forcing: target[n] predicts what follows it. memory: encode's
  // result for `source`. -> [Nt, M], to be multiplied with embedding().
  at::Tensor decode(const TokenRows& target, const at::Tensor& memory, const PackedRows& source,
                    const DropoutKey* key = nullptr) const;
  // encode, then decode.
  at::Tensor forward(const TokenRows& source, const TokenRows& target,
                     const DropoutKey* key = nullptr) const;

  // Starts decoding with `rows_per_sentence` rows for each source sentence (rows
  // of a sentence adjacent). Call the next three in no-grad mode.
  DecoderState start(const at::Tensor& memory, const PackedRows& source,
                     std::int64_t rows_per_sentence = 1) const;
  // Appends tokens [R] int64 -> [R, M], equal to the last row decode() would
  // give. Throws Error beyond options().longest tokens.
  at::Tensor step(DecoderState& state, const at::Tensor& tokens) const;
  // Row r of the new state is row rows[r] of the old: reorders, drops and
  // duplicates hypotheses.
  void select(DecoderState& state, const std::vector<std::int64_t>& rows) const;
  // hidden [R, M] -> [R, V].
  at::Tensor logits(const at::Tensor& hidden) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace polysweep
