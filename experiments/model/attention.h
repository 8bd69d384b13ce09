// Softmax attention between packed rows, with the bias of a position encoding.
//
//   out[n] = sum over s of w[n, s] (v[s] + value term), where w is the dropped
//   softmax over s of q[n].k[s] * scale + bias.
// On a CPU in float it runs in attention_kernel.h; elsewhere as tensor
// operations on padded sentences. Both give the same up to rounding.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "experiments/encodings/encoding.h"
#include "experiments/tensors/dropout.h"
#include "experiments/tensors/packed_rows.h"

namespace polysweep {

struct Attention {
  at::Tensor q;  // [Nq, H, D']
  at::Tensor k;  // [Nk, H, D']
  at::Tensor v;  // [Nk, H, D]
  // Sentence b of `queries` sees sentence b of `keys`, whose rows may be
  // anywhere and may be shared.
  const PackedRows* queries = nullptr;
  const PackedRows* keys = nullptr;
  // [keys->count] int64, contiguous: which row of k and v each key row is;
  // undefined: the same. Not differentiable.
  at::Tensor key_places;
  double scale = 1;
  bool causal = false;  // query t sees keys s <= first_query + t only
  std::int64_t first_query = 0;
  PairBias bias;    // T = queries->longest, S = keys->longest
  Dropout dropout;  // elements of a site: [Nq, H, S]
  std::uint32_t site = 0;
};

// -> [Nq, H, D], differentiable in q, k, v and the bias.
at::Tensor attend(const Attention& attention);

// The same, always as tensor operations: the reference of the kernel.
at::Tensor attend_composed(const Attention& attention);

}  // namespace polysweep
