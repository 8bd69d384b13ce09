#include "experiments/model/attention_kernel.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "experiments/tensors/simd.h"
#include "experiments/tensors/small_product.h"

namespace polysweep {
namespace {

// Some rows of a HeadRows, consecutive or at listed places.
struct Range {
  std::int64_t first;
  std::int64_t count;
  const std::int64_t* places = nullptr;

  std::int64_t row(std::int64_t i) const {
    return places == nullptr ? first + i : places[first + i];
  }
};

// Rows of one head, copied: [count, padded(width)], padded with zeros.
POLYSWEEP_INLINE void gather(const HeadRows<const float>& from, const Range& rows,
                             std::int64_t head, std::int64_t width, const Matrix& to) {
  for (std::int64_t r = 0; r < rows.count; ++r) {
    float* row = to.data + r * to.stride;
    std::memcpy(row, from.at(rows.row(r), head), static_cast<std::size_t>(width) * sizeof(float));
    std::fill(row + width, row + to.stride, 0.0f);
  }
}

// The same transposed: [width, padded(count)].
POLYSWEEP_INLINE void gather_transposed(const HeadRows<const float>& from, const Range& rows,
                                        std::int64_t head, std::int64_t width, const Matrix& to) {
  for (std::int64_t i = 0; i < width; ++i) {
    float* row = to.data + i * to.stride;
    for (std::int64_t r = 0; r < rows.count; ++r) row[r] = from.at(rows.row(r), head)[i];
    std::fill(row + rows.count, row + to.stride, 0.0f);
  }
}

POLYSWEEP_INLINE void scatter_add(const Matrix& from, std::int64_t count, std::int64_t width,
                                  const HeadRows<float>& to, std::int64_t first,
                                  std::int64_t head) {
  for (std::int64_t r = 0; r < count; ++r) {
    const float* row = from.data + r * from.stride;
    float* place = to.at(first + r, head);
    for (std::int64_t i = 0; i < width; ++i) place[i] += row[i];
  }
}

// A sentence with at most this many queries is processed in the order of its keys.
constexpr std::int64_t kFew = 8;

struct Scratch {
  explicit Scratch(const AttentionShape& shape) {
    const std::int64_t longest = padded(std::max(shape.longest_query, shape.longest_key));
    const std::int64_t width = padded(std::max(shape.width, shape.value_width));
    room_ = longest * std::max(longest, width);
    const std::int64_t few = shape.heads * kFew * padded(shape.longest_key);
    memory_.reset(new float[static_cast<std::size_t>(std::max(5 * room_ + longest, few))]);
  }

  Matrix matrix(int which, std::int64_t columns) {
    return {memory_.get() + which * room_, padded(columns)};
  }
  // [heads * kFew, padded(columns)]
  Matrix few(std::int64_t columns) { return {memory_.get(), padded(columns)}; }

 private:
  std::int64_t room_;
  std::unique_ptr<float[]> memory_;  // not initialised
};

// One (sentence, head).
struct Piece {
  std::int64_t head;
  std::int64_t query, queries;  // first row, count
  std::int64_t key, keys;
  const std::int64_t* key_places;

  Piece(const AttentionShape& shape, std::int64_t segment, std::int64_t head_index)
      : head(head_index),
        query(shape.query_starts[segment]),
        queries(shape.query_lengths[segment]),
        key(shape.key_starts[segment]),
        keys(shape.key_lengths[segment]),
        key_places(shape.key_places) {}

  Range query_range() const { return {query, queries}; }
  Range key_range() const { return {key, keys, key_places}; }
  // Where the row of query t starts in an [N, H, S] array.
  std::int64_t row(const AttentionShape& shape, std::int64_t t) const {
    return ((query + t) * shape.heads + head) * shape.longest_key;
  }
};

// The score of a key that a query does not see: no other score, however low, is
// below it.
constexpr float kHidden = -std::numeric_limits<float>::infinity();

// Turns the scores of query t into weights, 0 where it sees no key. One NaN or
// +infinity among the scores, or -infinity in all of them, makes every weight NaN,
// as in attend_composed.
POLYSWEEP_INLINE void soften(const AttentionShape& shape, const AttentionData& data,
                             const Piece& piece, std::int64_t t, float* row) {
  const std::int64_t seen =
      shape.causal ? std::min(piece.keys, shape.first_query + t + 1) : piece.keys;
  const std::int64_t end = padded(piece.keys);
  for (std::int64_t s = 0; s < end; s += kLanes) store(row + s, load(row + s) * shape.scale);
  if (data.table != nullptr) {
    const float* bias = data.table + (piece.head * shape.longest_query + t) * shape.longest_key;
    for (std::int64_t s = 0; s < seen; ++s) row[s] += bias[s];
  }
  if (data.rows != nullptr) {
    const float* bias = data.rows + piece.row(shape, t);
    for (std::int64_t s = 0; s < seen; ++s) row[s] += bias[s];
  }
  for (std::int64_t s = seen; s < end; ++s) row[s] = kHidden;
  Floats best = load(row);
  for (std::int64_t s = kLanes; s < end; s += kLanes) best = larger(best, load(row + s));
  const float most = largest(best);
  Floats sum = {};
  for (std::int64_t s = 0; s < end; s += kLanes) {
    const Floats power = exponential(load(row + s) - most);
    sum += power;
    store(row + s, power);
  }
  const float scale = static_cast<float>(1 / total(sum));
  for (std::int64_t s = 0; s < end; s += kLanes) store(row + s, load(row + s) * scale);
}

POLYSWEEP_INLINE void keep_row(const float* row, std::int64_t count, std::int64_t stride,
                               float* to) {
  std::memcpy(to, row, static_cast<std::size_t>(count) * sizeof(float));
  std::fill(to + count, to + stride, 0.0f);
}

POLYSWEEP_INLINE void drop_row(const std::uint8_t* mask, float scale, std::int64_t count,
                               float* row) {
  for (std::int64_t s = 0; s < count; ++s) row[s] *= scale * static_cast<float>(mask[s]);
}

// Scores a [T, padded S] = q . k without scale.
POLYSWEEP_INLINE void score(const HeadRows<const float>& q, const HeadRows<const float>& k,
                            const Piece& piece, std::int64_t width, const Matrix& scratch_q,
                            const Matrix& scratch_k, const Matrix& scores) {
  gather(q, piece.query_range(), piece.head, width, scratch_q);
  gather_transposed(k, piece.key_range(), piece.head, width, scratch_k);
  multiply({scratch_q.data, scratch_q.stride, 1, scratch_k, scores, piece.queries, width,
            padded(piece.keys)});
}

// Half of the lanes of a vector, twice.
template <int kBytes>
using Part __attribute__((vector_size(kBytes))) = float;
template <int kBytes, typename Whole>
POLYSWEEP_INLINE Part<kBytes> halved(const Whole& whole) {
  static_assert(sizeof whole == 2 * kBytes);
  Part<kBytes> halves[2];
  std::memcpy(halves, &whole, sizeof whole);
  return halves[0] + halves[1];
}

// The lanes, in halves of halves: a fixed order without a chain of sixteen sums.
POLYSWEEP_INLINE float folded(const Floats& lanes) {
  const Part<8> two = halved<8>(halved<16>(halved<32>(lanes)));
  return two[0] + two[1];
}

// Whether a sentence needs no copies: few queries, as in a decoding step, and nothing
// kept for gradients.
POLYSWEEP_INLINE bool is_step(const AttentionShape& shape, const AttentionData& data,
                              std::int64_t segment, const float* softmax) {
  return shape.query_lengths[segment] <= kFew && softmax == nullptr && data.mask == nullptr &&
         shape.width % kLanes == 0 && shape.value_width % kLanes == 0;
}

// Prefetches the next of rows that are not consecutive.
POLYSWEEP_INLINE void fetch(const HeadRows<const float>& from, const Range& rows, std::int64_t i,
                            std::int64_t heads, std::int64_t width) {
  if (i >= rows.count) return;
  const std::int64_t row = rows.row(i);
  for (std::int64_t head = 0; head < heads; ++head) {
    const float* data = from.at(row, head);
    for (std::int64_t k = 0; k < width; k += kLanes) __builtin_prefetch(data + k);
  }
}

// All heads of a sentence: keys and values are read once, in memory order.
POLYSWEEP_INLINE void attend_step(const AttentionShape& shape, const AttentionData& data,
                                  std::int64_t segment, Scratch& scratch,
                                  const HeadRows<float>& out, float* weights) {
  const Piece first(shape, segment, 0);
  const Range keys = first.key_range();
  const Matrix scores = scratch.few(keys.count);
  const auto row = [&](std::int64_t head, std::int64_t t) {
    return scores.data + (head * first.queries + t) * scores.stride;
  };
  for (std::int64_t s = 0; s < keys.count; ++s) {
    fetch(data.k, keys, s + 2, shape.heads, shape.width);
    const std::int64_t place = keys.row(s);
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      const float* k = data.k.at(place, head);
      for (std::int64_t t = 0; t < first.queries; ++t) {
        const float* q = data.q.at(first.query + t, head);
        Floats products = {};
        for (std::int64_t i = 0; i < shape.width; i += kLanes)
          products += load(q + i) * load(k + i);
        row(head, t)[s] = folded(products);
      }
    }
  }
  for (std::int64_t head = 0; head < shape.heads; ++head) {
    const Piece piece(shape, segment, head);
    for (std::int64_t t = 0; t < piece.queries; ++t) {
      float* const scored = row(head, t);
      std::fill(scored + keys.count, scored + scores.stride, 0.0f);
      soften(shape, data, piece, t, scored);
      if (weights != nullptr) {
        keep_row(scored, keys.count, shape.longest_key, weights + piece.row(shape, t));
      }
      float* sums = out.at(piece.query + t, head);
      std::fill(sums, sums + shape.value_width, 0.0f);
    }
  }
  for (std::int64_t s = 0; s < keys.count; ++s) {
    fetch(data.v, keys, s + 2, shape.heads, shape.value_width);
    const std::int64_t place = keys.row(s);
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      const float* v = data.v.at(place, head);
      for (std::int64_t t = 0; t < first.queries; ++t) {
        const float weight = row(head, t)[s];
        float* sums = out.at(first.query + t, head);
        for (std::int64_t i = 0; i < shape.value_width; i += kLanes)
          store(sums + i, load(sums + i) + weight * load(v + i));
      }
    }
  }
}

POLYSWEEP_INLINE void attend_piece(const AttentionShape& shape, const AttentionData& data,
                                   const Piece& piece, Scratch& scratch, const HeadRows<float>& out,
                                   float* softmax, float* weights) {
  const Matrix scores = scratch.matrix(2, piece.keys);
  score(data.q, data.k, piece, shape.width, scratch.matrix(0, shape.width),
        scratch.matrix(1, piece.keys), scores);
  for (std::int64_t t = 0; t < piece.queries; ++t) {
    float* row = scores.data + t * scores.stride;
    const std::int64_t at = piece.row(shape, t);
    soften(shape, data, piece, t, row);
    if (softmax != nullptr) keep_row(row, piece.keys, shape.longest_key, softmax + at);
    if (data.mask != nullptr) drop_row(data.mask + at, data.inverse_keep, piece.keys, row);
    if (weights != nullptr) keep_row(row, piece.keys, shape.longest_key, weights + at);
  }
  const Matrix values = scratch.matrix(0, shape.value_width);
  const Matrix sums = scratch.matrix(1, shape.value_width);
  gather(data.v, piece.key_range(), piece.head, shape.value_width, values);
  multiply({scores.data, scores.stride, 1, values, sums, piece.queries, piece.keys,
            padded(shape.value_width)});
  for (std::int64_t t = 0; t < piece.queries; ++t) {
    std::memcpy(out.at(piece.query + t, piece.head), sums.data + t * sums.stride,
                static_cast<std::size_t>(shape.value_width) * sizeof(float));
  }
}

// `row` holds the gradient of the dropped weights of query t and becomes that of
// its scores (before the scale).
POLYSWEEP_INLINE void harden(const AttentionShape& shape, const AttentionData& data,
                             const AttentionGradients& gradients, const Piece& piece,
                             std::int64_t t, const float* p, float* row) {
  const std::int64_t at = piece.row(shape, t);
  if (gradients.weights != nullptr) {
    for (std::int64_t s = 0; s < piece.keys; ++s) row[s] += gradients.weights[at + s];
  }
  if (data.mask != nullptr) drop_row(data.mask + at, data.inverse_keep, piece.keys, row);
  const std::int64_t end = padded(piece.keys);
  Floats products = {};
  for (std::int64_t s = 0; s < end; s += kLanes) products += load(p + s) * load(row + s);
  const float mean = static_cast<float>(total(products));
  for (std::int64_t s = 0; s < end; s += kLanes) {
    store(row + s, load(p + s) * (load(row + s) - mean));
  }
  if (gradients.table != nullptr) {
    float* bias = gradients.table + (piece.head * shape.longest_query + t) * shape.longest_key;
    for (std::int64_t s = 0; s < piece.keys; ++s) bias[s] += row[s];
  }
  if (gradients.rows != nullptr) {
    for (std::int64_t s = 0; s < piece.keys; ++s) gradients.rows[at + s] += row[s];
  }
  for (std::int64_t s = 0; s < end; s += kLanes) store(row + s, load(row + s) * shape.scale);
}

POLYSWEEP_INLINE void backward_piece(const AttentionShape& shape, const AttentionData& data,
                                     const AttentionGradients& gradients, const Piece& piece,
                                     Scratch& scratch) {
  const Matrix weights = scratch.matrix(2, piece.keys);
  const Matrix slopes = scratch.matrix(3, piece.keys);
  const Matrix outer = scratch.matrix(0, shape.value_width);
  const Matrix result = scratch.matrix(4, std::max(shape.width, shape.value_width));
  score(gradients.out, data.v, piece, shape.value_width, outer, scratch.matrix(1, piece.keys),
        slopes);
  for (std::int64_t t = 0; t < piece.queries; ++t) {
    const std::int64_t at = piece.row(shape, t);
    float* p = weights.data + t * weights.stride;
    keep_row(gradients.softmax + at, piece.keys, weights.stride, p);
    harden(shape, data, gradients, piece, t, p, slopes.data + t * slopes.stride);
    if (data.mask != nullptr) drop_row(data.mask + at, data.inverse_keep, piece.keys, p);
  }
  multiply({weights.data,
            1,
            weights.stride,
            outer,
            {result.data, padded(shape.value_width)},
            piece.keys,
            piece.queries,
            padded(shape.value_width)});
  scatter_add({result.data, padded(shape.value_width)}, piece.keys, shape.value_width, gradients.v,
              piece.key, piece.head);

  const Matrix side = scratch.matrix(0, shape.width);
  const Matrix moved{result.data, padded(shape.width)};
  gather(data.k, piece.key_range(), piece.head, shape.width, side);
  multiply(
      {slopes.data, slopes.stride, 1, side, moved, piece.queries, piece.keys, padded(shape.width)});
  scatter_add(moved, piece.queries, shape.width, gradients.q, piece.query, piece.head);
  gather(data.q, piece.query_range(), piece.head, shape.width, side);
  multiply(
      {slopes.data, 1, slopes.stride, side, moved, piece.keys, piece.queries, padded(shape.width)});
  scatter_add(moved, piece.keys, shape.width, gradients.k, piece.key, piece.head);
}

}  // namespace

POLYSWEEP_CLONES void attend(const AttentionShape& shape, const AttentionData& data,
                             HeadRows<float> out, float* softmax, float* weights) {
  Scratch scratch(shape);
  for (std::int64_t segment = 0; segment < shape.segments; ++segment) {
    if (is_step(shape, data, segment, softmax)) {
      attend_step(shape, data, segment, scratch, out, weights);
      continue;
    }
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      attend_piece(shape, data, Piece(shape, segment, head), scratch, out, softmax, weights);
    }
  }
}

POLYSWEEP_CLONES void attend_backward(const AttentionShape& shape, const AttentionData& data,
                                      const AttentionGradients& gradients) {
  Scratch scratch(shape);
  for (std::int64_t segment = 0; segment < shape.segments; ++segment) {
    for (std::int64_t head = 0; head < shape.heads; ++head) {
      backward_piece(shape, data, gradients, Piece(shape, segment, head), scratch);
    }
  }
}

}  // namespace polysweep
