#include "framework/core/random_stream.h"

#include <cmath>
#include <numbers>

#include "framework/core/digest.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

// 2^-53: the distance of the values of uniform().
constexpr double kUnit = 0x1.0p-53;

}  // namespace

PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) {
  constexpr std::uint64_t kMultiplier0 = 0xD2511F53;
  constexpr std::uint64_t kMultiplier1 = 0xCD9E8D57;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = kMultiplier0 * counter[0];
    const std::uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<std::uint32_t>(product1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product1),
               static_cast<std::uint32_t>(product0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product0)};
    key[0] += 0x9E3779B9;  // the golden ratio
    key[1] += 0xBB67AE85;  // sqrt(3) - 1
  }
  return counter;
}

PhiloxKey stream_key(std::uint64_t seed, std::string_view purpose) {
  const Sha256Bytes digest = sha256(fmt::format("polysweep stream\n{}\n{}", seed, purpose));
  PhiloxKey key{};
  for (unsigned i = 0; i < 8; ++i) key[i / 4] |= std::uint32_t{digest[i]} << (8 * (i % 4));
  return key;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose, std::uint64_t step)
    : key_(stream_key(seed, purpose)),
      counter_{0, 0, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)} {}

std::uint32_t RandomStream::bits32() {
  if (used_ == 4) {
    block_ = philox4x32(counter_, key_);
    used_ = 0;
    if (++counter_[0] == 0) ++counter_[1];
  }
  return block_[used_++];
}

std::uint64_t RandomStream::bits64() {
  const std::uint64_t low = bits32();
  return low | std::uint64_t{bits32()} << 32;
}

double RandomStream::uniform() { return static_cast<double>(bits64() >> 11) * kUnit; }

std::uint64_t RandomStream::below(std::uint64_t n) {
  check(n >= 1, "a number below n is asked for with n >= 1");
  // 2^64 mod n values at the low end would make some results likelier.
  const std::uint64_t uneven = (0 - n) % n;
  std::uint64_t bits = bits64();
  while (bits < uneven) bits = bits64();
  return bits % n;
}

double RandomStream::normal() {
  if (has_spare_normal_) {
    has_spare_normal_ = false;
    return spare_normal_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  spare_normal_ = radius * std::sin(angle);
  has_spare_normal_ = true;
  return radius * std::cos(angle);
}

}  // namespace polysweep
