// Random numbers that depend on nothing but (seed, purpose, step): Philox4x32-10.
//
// Counter-based (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011): the n-th number of a stream is a pure function of key and counter,
// the same on every machine, device and thread count, so a resumed trial draws
// what an undisturbed one would have drawn.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace polysweep {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

// One block of Philox4x32 with 10 rounds; equal to Random123's published
// known answers.
PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key);

// The key of a stream: the first 8 bytes (little endian) of
// SHA-256("polysweep stream\n" + seed in decimal + "\n" + purpose).
PhiloxKey stream_key(std::uint64_t seed, std::string_view purpose);

// A stream of numbers. Copyable: a copy continues at the same position.
class RandomStream {
 public:
  // Counter words 2 and 3 hold `step`; words 0 and 1 count blocks.
  RandomStream(std::uint64_t seed, std::string_view purpose, std::uint64_t step = 0);

  // Uniform on all 2^32 (2^64) values.
  std::uint32_t bits32();
  std::uint64_t bits64();
  // Uniform in [0, 1), 53 bits.
  double uniform();
  // Uniform in [0, n), n >= 1, without bias.
  std::uint64_t below(std::uint64_t n);
  // Standard normal, Box-Muller on two uniforms of 53 bits (in double).
  double normal();

  // Fisher-Yates.
  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  PhiloxKey key_;
  PhiloxCounter counter_;
  PhiloxCounter block_{};
  unsigned used_ = 4;
  bool has_spare_normal_ = false;
  double spare_normal_ = 0;
};

}  // namespace polysweep
