// The numbers that numpy.random.default_rng(seed) draws, for the few calls that
// p-values equal to sacreBLEU's need.
//
// SeedSequence (after Johnston's and O'Neill's seed_seq without its flaws),
// PCG64 XSL-RR 128/64 (O'Neill 2014), bounded numbers by Lemire 2019.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace polysweep {

class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed);

  // As rng.choice(n, size=count, replace=True); n in 1..2^32-1.
  std::vector<std::uint32_t> choice(std::uint32_t n, std::size_t count);
  // As rng.integers(2, size=count, dtype=bool).
  std::vector<bool> booleans(std::size_t count);

  std::uint64_t bits64();
  // The low half of a 64-bit draw, then its high half.
  std::uint32_t bits32();

 private:
  struct Wide {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
  };
  void step();

  Wide state_;
  Wide increment_;
  bool has_half_ = false;
  std::uint32_t half_ = 0;
};

// As SeedSequence(seed).generate_state(4, numpy.uint64).
std::array<std::uint64_t, 4> numpy_seed_words(std::uint32_t seed);

// As numpy.mean() of a contiguous array: pairwise summation in its own type.
double numpy_mean(const std::vector<double>& values);
float numpy_mean(const std::vector<float>& values);

}  // namespace polysweep
