#include "scoring/numpy_random.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "framework/core/error.h"

namespace polysweep {

namespace {

// __int128 is not in the standard; -Wpedantic wants this word before it.
__extension__ using Wide128 = unsigned __int128;

constexpr std::uint32_t kPoolSize = 4;

// numpy/random/bit_generator.pyx: each use of a hash continues from the last.
class RunningHash {
 public:
  RunningHash(std::uint32_t start, std::uint32_t factor) : constant_(start), factor_(factor) {}

  std::uint32_t operator()(std::uint32_t value) {
    value ^= constant_;
    constant_ *= factor_;
    value *= constant_;
    return value ^ (value >> 16);
  }

 private:
  std::uint32_t constant_;
  std::uint32_t factor_;
};

std::uint32_t mixed(std::uint32_t x, std::uint32_t y) {
  const std::uint32_t result = x * 0xca01f9ddU - y * 0x4973f715U;
  return result ^ (result >> 16);
}

template <typename Number>
Number pairwise_sum(const Number* values, std::size_t count) {
  if (count < 8) {
    Number sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    return sum;
  }
  if (count <= 128) {
    std::array<Number, 8> lanes;
    std::copy_n(values, 8, lanes.begin());
    std::size_t i = 8;
    for (; i < count - count % 8; i += 8) {
      for (std::size_t lane = 0; lane < 8; ++lane) lanes[lane] += values[i + lane];
    }
    Number sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
                 ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
    for (; i < count; ++i) sum += values[i];
    return sum;
  }
  std::size_t half = count / 2;
  half -= half % 8;
  return pairwise_sum(values, half) + pairwise_sum(values + half, count - half);
}

template <typename Number>
Number mean_of(const std::vector<Number>& values) {
  check(!values.empty(), "a mean needs values");
  return pairwise_sum(values.data(), values.size()) / static_cast<Number>(values.size());
}

}  // namespace

std::array<std::uint64_t, 4> numpy_seed_words(std::uint32_t seed) {
  std::array<std::uint32_t, kPoolSize> pool{};
  RunningHash enter(0x43b0d7e5U, 0x931e8875U);
  for (std::uint32_t i = 0; i < kPoolSize; ++i) pool[i] = enter(i == 0 ? seed : 0);
  for (std::uint32_t from = 0; from < kPoolSize; ++from) {
    for (std::uint32_t to = 0; to < kPoolSize; ++to) {
      if (from != to) pool[to] = mixed(pool[to], enter(pool[from]));
    }
  }
  RunningHash leave(0x8b51f9ddU, 0x58f38dedU);
  std::array<std::uint64_t, 4> words{};
  for (std::uint32_t i = 0; i < 2 * words.size(); ++i) {
    words[i / 2] |= static_cast<std::uint64_t>(leave(pool[i % kPoolSize])) << (32 * (i % 2));
  }
  return words;
}

NumpyRandom::NumpyRandom(std::uint32_t seed) {
  const std::array<std::uint64_t, 4> words = numpy_seed_words(seed);
  increment_ = {words[2] << 1 | words[3] >> 63, words[3] << 1 | 1};
  step();
  const std::uint64_t low = state_.low + words[1];
  state_ = {state_.high + words[0] + (low < words[1] ? 1 : 0), low};
  step();
}

void NumpyRandom::step() {
  constexpr Wide128 kMultiplier =
      static_cast<Wide128>(2549297995355413924ULL) << 64 | 4865540595714422341ULL;
  const Wide128 state = static_cast<Wide128>(state_.high) << 64 | state_.low;
  const Wide128 increment = static_cast<Wide128>(increment_.high) << 64 | increment_.low;
  const Wide128 next = state * kMultiplier + increment;
  state_ = {static_cast<std::uint64_t>(next >> 64), static_cast<std::uint64_t>(next)};
}

std::uint64_t NumpyRandom::bits64() {
  step();
  return std::rotr(state_.high ^ state_.low, static_cast<int>(state_.high >> 58));
}

std::uint32_t NumpyRandom::bits32() {
  if (has_half_) {
    has_half_ = false;
    return half_;
  }
  const std::uint64_t both = bits64();
  has_half_ = true;
  half_ = static_cast<std::uint32_t>(both >> 32);
  return static_cast<std::uint32_t>(both);
}

std::vector<std::uint32_t> NumpyRandom::choice(std::uint32_t n, std::size_t count) {
  check(n >= 1, "a choice needs something to choose from");
  std::vector<std::uint32_t> chosen(count, 0);
  if (n == 1) return chosen;
  const std::uint32_t threshold = (0U - n) % n;
  for (std::uint32_t& one : chosen) {
    std::uint64_t product = static_cast<std::uint64_t>(bits32()) * n;
    while (static_cast<std::uint32_t>(product) < threshold) {
      product = static_cast<std::uint64_t>(bits32()) * n;
    }
    one = static_cast<std::uint32_t>(product >> 32);
  }
  return chosen;
}

std::vector<bool> NumpyRandom::booleans(std::size_t count) {
  std::vector<bool> drawn(count);
  std::uint32_t bits = 0;
  int left = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (left == 0) {
      bits = bits32();
      left = 32;
    }
    drawn[i] = (bits & 1) != 0;
    bits >>= 1;
    --left;
  }
  return drawn;
}

double numpy_mean(const std::vector<double>& values) { return mean_of(values); }
float numpy_mean(const std::vector<float>& values) { return mean_of(values); }

}  // namespace polysweep
