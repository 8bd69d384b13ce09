// Sixteen floats at once, in plain GCC vector arithmetic.
//
// A function marked POLYSWEEP_CLONES is compiled for several instruction sets
// and the best is taken at the start of the program. No product is fused with a
// sum (-ffp-contract=off) and every sum has a fixed order, so all of them return
// the same bits.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define POLYSWEEP_CLONES __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define POLYSWEEP_CLONES
#endif
#define POLYSWEEP_INLINE static inline __attribute__((always_inline))

namespace polysweep {

constexpr std::int64_t kLanes = 16;
typedef float Floats __attribute__((vector_size(64)));
typedef std::int32_t Integers __attribute__((vector_size(64)));

// The smallest multiple of kLanes that is >= count.
constexpr std::int64_t padded(std::int64_t count) { return (count + kLanes - 1) / kLanes * kLanes; }

POLYSWEEP_INLINE Floats load(const float* from) {
  Floats value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

POLYSWEEP_INLINE void store(float* to, const Floats& value) {
  std::memcpy(to, &value, sizeof value);
}

POLYSWEEP_INLINE Floats larger(const Floats& a, const Floats& b) { return a > b ? a : b; }

// e^x for x <= 0, to 2 units in the last place; 0 from -87 down; NaN
// for NaN. The argument is split into n ln 2 + r, |r| <= ln 2 / 2, and e^r is its
// Taylor sum to r^7.
POLYSWEEP_INLINE Floats exponential(const Floats& x) {
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const Floats count = (x * 1.44269504f + kRound) - kRound;
  const Floats r = (x - count * 0.693359375f) - count * -2.12194440e-4f;
  Floats sum = r * (1.0f / 5040) + (1.0f / 720);
  sum = sum * r + (1.0f / 120);
  sum = sum * r + (1.0f / 24);
  sum = sum * r + (1.0f / 6);
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const Integers exponent = (__builtin_convertvector(count, Integers) + 127) << 23;
  Floats power;
  std::memcpy(&power, &exponent, sizeof power);
  return x <= -87.0f ? Floats{} : sum * power;
}

// The lanes in order, in double.
POLYSWEEP_INLINE double total(const Floats& lanes) {
  double sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += static_cast<double>(lanes[i]);
  return sum;
}

POLYSWEEP_INLINE float largest(const Floats& lanes) {
  float result = lanes[0];
  for (int i = 1; i < kLanes; ++i) result = lanes[i] > result ? lanes[i] : result;
  return result;
}

}  // namespace polysweep
