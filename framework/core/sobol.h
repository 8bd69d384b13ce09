// Sobol's low-discrepancy sequence in up to 64 dimensions, and Owen's scrambling of it.
//
// Direction numbers of Joe and Kuo, "Constructing Sobol sequences with better
// two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), file new-joe-kuo-6.21201
// (Copyright 2008 Frances Y. Kuo and Stephen Joe). Points come in Gray code order
// (Antonov and Saleev 1979): the first 2^k are those of the sequence, and the unscrambled
// ones are equal to those of scipy.stats.qmc.Sobol.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "framework/core/random_stream.h"

namespace polysweep {

inline constexpr std::size_t kMaxSobolDimensions = 64;

// One coordinate of the sequence.
class SobolDimension {
 public:
  // `dimension`: 0 to kMaxSobolDimensions - 1.
  explicit SobolDimension(std::size_t dimension);

  // The coordinate of point `index` (from 0) times 2^32.
  std::uint32_t at(std::uint32_t index) const;

 private:
  std::array<std::uint32_t, 32> directions_{};
};

// Nested uniform scrambling (Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences",
// 1995) in base 2: each bit is flipped at random, depending on all bits above it. The bits
// are those of Philox, so that a scramble is the same on every machine.
class OwenScramble {
 public:
  OwenScramble(std::uint64_t seed, std::string_view purpose) : key_(stream_key(seed, purpose)) {}

  std::uint32_t operator()(std::uint32_t coordinate) const;

 private:
  PhiloxKey key_;
};

}  // namespace polysweep
