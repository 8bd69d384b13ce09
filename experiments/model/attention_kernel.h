// Attention over packed rows on one CPU thread, in float: no padding, no masks.
//
// Sentences are short, so each (sentence, head) is a handful of small products
// done in one scratch buffer that stays in the L1 cache.
#pragma once

#include <cstdint>

namespace polysweep {

// Element (row, head, i) is at data[row * row_stride + head * head_stride + i].
template <typename Number>
struct HeadRows {
  Number* data = nullptr;
  std::int64_t row_stride = 0;
  std::int64_t head_stride = 0;

  Number* at(std::int64_t row, std::int64_t head) const {
    return data + row * row_stride + head * head_stride;
  }
};

// What is attended to what. Segment b: queries are rows query_starts[b] + t,
// t < query_lengths[b]; keys rows key_starts[b] + s, s < key_lengths[b].
struct AttentionShape {
  std::int64_t segments = 0;
  const std::int64_t* query_starts = nullptr;
  const std::int64_t* query_lengths = nullptr;
  const std::int64_t* key_starts = nullptr;
  const std::int64_t* key_lengths = nullptr;
  // If not null, key row r is at row key_places[r] of k and v. Forward only.
  const std::int64_t* key_places = nullptr;
  std::int64_t longest_query = 0;  // T
  std::int64_t longest_key = 0;    // S
  std::int64_t heads = 0;          // H
  std::int64_t width = 0;          // of q and k
  std::int64_t value_width = 0;    // D, of v and the output
  bool causal = false;             // query t sees keys s <= first_query + t
  std::int64_t first_query = 0;
  float scale = 1;  // of q.k
};

struct AttentionData {
  HeadRows<const float> q, k, v;
  // Added to scores: bias of query row n at position t, head h and key s is
  // table[(h * T + t) * S + s] plus rows[(n * H + h) * S + s]; either may be null.
  const float* table = nullptr;
  const float* rows = nullptr;
  // Kept (1) or dropped (0) weights, [N, H, S]; null: all kept, keep = 1.
  const std::uint8_t* mask = nullptr;
  float inverse_keep = 1;
};

// out [N, H, D]; softmax [N, H, S] and weights [N, H, S] (softmax after
// dropout) where not null, 0 beyond a sentence's end.
void attend(const AttentionShape& shape, const AttentionData& data, HeadRows<float> out,
            float* softmax, float* weights);

// Gradients of attend. q, k and v are added to and must be zero at the start if
// segments share keys; the biases' are added to where not null.
struct AttentionGradients {
  const float* softmax = nullptr;  // as attend left it
  HeadRows<const float> out;       // of the output
  const float* weights = nullptr;  // of the weights [N, H, S], or null
  HeadRows<float> q, k, v;
  float* table = nullptr;
  float* rows = nullptr;
};

void attend_backward(const AttentionShape& shape, const AttentionData& data,
                     const AttentionGradients& gradients);

}  // namespace polysweep
