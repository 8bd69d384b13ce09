// Encodings of small stacks, made as a model makes them.
#pragma once

#include <ATen/ATen.h>

#include <memory>
#include <string>

#include "experiments/encodings/encoding.h"
#include "experiments/tensors/packed_rows.h"
#include "experiments/tensors/weights.h"

namespace polysweep {

struct EncodingSample {
  EncodingOptions options;
  std::int64_t width = 8;
  std::int64_t heads = 2;
  std::int64_t layers = 2;
  std::int64_t longest = 20;
  bool causal = false;
  at::ScalarType type = at::kDouble;

  std::int64_t head_width() const { return width / heads; }
};

// An encoding with its parameters.
struct MadeEncoding {
  std::unique_ptr<Weights> weights;
  std::unique_ptr<Encoding> encoding;
};

inline MadeEncoding made_encoding(std::string_view name, const EncodingSample& sample) {
  MadeEncoding made;
  made.weights = std::make_unique<Weights>(5, sample.type);
  EncodingContext context;
  context.options = sample.options;
  context.width = sample.width;
  context.heads = sample.heads;
  context.head_width = sample.head_width();
  context.layers = sample.layers;
  context.longest = sample.longest;
  context.causal = sample.causal;
  context.prefix = "stack.position.";
  context.weights = made.weights.get();
  made.encoding = make_encoding(name, context);
  return made;
}

// What the encoding adds to a token of zeros at each position: [L, M].
inline at::Tensor position_table(std::string_view name, const EncodingSample& sample) {
  at::NoGradGuard no_gradients;
  const MadeEncoding made = made_encoding(name, sample);
  const at::Tensor nothing = at::zeros({sample.longest, sample.width}, made.weights->options());
  return made.encoding->embed(nothing, at::arange(sample.longest, at::kLong));
}

// Scores of one sentence that fills all positions: q, k [L, H, D] -> [H, L, L].
inline at::Tensor position_scores(const Encoding& encoding, at::Tensor q, at::Tensor k,
                                  std::int64_t layer) {
  const std::int64_t length = q.size(0);
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(2)));
  const Pairs pairs{0, length, length, at::arange(length, at::kLong), layer};
  const PairBias bias = encoding.bias(q, pairs);
  encoding.rotate(q, k, pairs.positions, layer);
  at::Tensor scores = at::matmul(q.transpose(0, 1), k.permute({1, 2, 0})) * scale;
  if (bias.by_position.defined()) scores = scores + bias.by_position;
  if (bias.by_row.defined()) scores = scores + bias.by_row.transpose(0, 1);
  return scores;
}

}  // namespace polysweep
