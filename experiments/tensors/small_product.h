// Products of matrices so small that they stay in the first cache.
#pragma once

#include <cstdint>

#include "experiments/tensors/simd.h"

namespace polysweep {

// A small matrix in scratch: rows of a multiple of kLanes floats.
struct Matrix {
  float* data;
  std::int64_t stride;
};

// c [rows, columns] = sum over i < inner of a(r, i) * b[i, columns], where a(r, i)
// = a[r * row_step + i * inner_step] and `columns` is a multiple of kLanes.
struct Product {
  const float* a;
  std::int64_t row_step, inner_step;
  Matrix b;
  Matrix c;
  std::int64_t rows, inner, columns;
};

template <int kRows, int kVectors>
POLYSWEEP_INLINE void product_block(const Product& p, std::int64_t row, std::int64_t column) {
  Floats sums[kRows][kVectors] = {};
  const float* a = p.a + row * p.row_step;
  const float* b = p.b.data + column;
  for (std::int64_t i = 0; i < p.inner; ++i, a += p.inner_step, b += p.b.stride) {
    Floats right[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) right[v] = load(b + v * kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const float left = a[r * p.row_step];
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[r][v] += left * right[v];
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    float* c = p.c.data + (row + r) * p.c.stride + column;
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) store(c + v * kLanes, sums[r][v]);
  }
}

template <int kVectors>
POLYSWEEP_INLINE void product_columns(const Product& p, std::int64_t column) {
  std::int64_t row = 0;
  for (; row + 4 <= p.rows; row += 4) product_block<4, kVectors>(p, row, column);
  for (; row < p.rows; ++row) product_block<1, kVectors>(p, row, column);
}

POLYSWEEP_INLINE void multiply(const Product& p) {
  std::int64_t column = 0;
  for (; column + 2 * kLanes <= p.columns; column += 2 * kLanes) product_columns<2>(p, column);
  if (column < p.columns) product_columns<1>(p, column);
}

}  // namespace polysweep
