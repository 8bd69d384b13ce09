// Rows of an embedding matrix, taken by token.
#pragma once

#include <ATen/core/Tensor.h>

namespace polysweep {

// embedding [V, M], tokens [N] int64 -> [N, M], times `scale`. Differentiable;
// the gradient is added up in the order of tokens. Throws Error for a token
// outside 0 .. V - 1 (on a CPU; a GPU stops by itself).
at::Tensor embed_tokens(const at::Tensor& embedding, const at::Tensor& tokens, double scale);

}  // namespace polysweep
