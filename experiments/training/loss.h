// The label-smoothed loss of an output projection that shares the embedding.
//
// Per token, with p = softmax(embedding . hidden) and e the smoothing:
//   (1 - e) * -log p(target) + e / V * sum over the vocabulary of -log p,
// summed over tokens (Szegedy 2016, eq. 7; the normalisation is the caller's).
// Logits are computed for a chunk of rows at a time, with the gradients of both
// inputs, so that no tensor of size tokens x vocabulary is allocated.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace polysweep {

struct Loss {
  at::Tensor sum;      // [] double, smoothed loss, summed over rows; differentiable
  at::Tensor nll;      // [] double, -log p(target), summed over rows; not differentiable
  at::Tensor correct;  // [] int64: rows whose largest logit is the target's
};

// hidden [N, M], embedding [V, M], targets [N] int64; N may be 0. In no-grad
// mode no gradients are made.
Loss label_smoothed_loss(const at::Tensor& hidden, const at::Tensor& embedding,
                         const at::Tensor& targets, double smoothing);

}  // namespace polysweep
