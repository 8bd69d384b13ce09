// Sentences packed without padding into the rows of a tensor.
//
// The model works on [N, ...] tensors whose N rows are the tokens of a batch.
// Only attention uses where a sentence starts and ends.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace polysweep {

// Where each sentence is. All sentences have at least one token.
struct PackedRows {
  std::vector<std::int64_t> starts;   // row of each sentence's first token
  std::vector<std::int64_t> lengths;  // tokens of each sentence
  std::int64_t count = 0;             // N: rows of the tensors
  std::int64_t longest = 0;           // largest length
  // [N] int64, on the model's device: each row's position in its sentence.
  at::Tensor positions;

  std::int64_t sentences() const { return static_cast<std::int64_t>(lengths.size()); }
};

// Consecutive sentences of the given lengths.
// Throws Error for an empty sentence.
PackedRows packed_rows(std::vector<std::int64_t> lengths, at::Device device = at::kCPU);

// The tokens of a batch.
struct TokenRows {
  at::Tensor tokens;  // [N] int64
  PackedRows rows;
};

// Throws Error if there are no sentences, or if one is empty.
TokenRows token_rows(std::span<const std::vector<std::int32_t>> sentences,
                     at::Device device = at::kCPU);

}  // namespace polysweep
