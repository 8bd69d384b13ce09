// The likeliest next tokens of hypotheses: output projection, normalisation and
// choice in one pass over a chunk of logits that stays in the cache.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace polysweep {

// Row r's are [r * width, (r + 1) * width), best first.
struct NextTokens {
  std::int64_t width = 0;
  std::vector<std::int64_t> tokens;
  std::vector<float> scores;  // log probabilities
};

// hidden [R, M], embedding [V, M]: the min(count, V) likeliest tokens of each row; of
// equal ones the lower. If a logit of a row is NaN, so are the scores of that row. With
// count 1 scores are logits, and NaN counts only if it is the largest of its group: the
// order within a row needs no normalisation. In no-grad mode.
NextTokens best_next_tokens(const at::Tensor& hidden, const at::Tensor& embedding,
                            std::int64_t count);

}  // namespace polysweep
