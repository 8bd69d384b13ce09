// Dropout whose masks depend on nothing but (seed, step, site, element).
//
// Element e of a site is kept iff its 16 bits are below keep16, where
// keep16 = round((1 - rate) * 65536); kept elements are divided by the exact
// keep16 / 65536. The bits: with key stream_key(seed, "dropout"), block b is
// philox4x32 of the counter (b, site, step low, step high); elements form
// groups of 256, group g takes blocks 32g .. 32g + 31: element 256g + 32w + c is
// the low half of word w of block 32g + c, element 256g + 128 + 32w + c its high
// half (w = 0..3, c = 0..31). Masks are drawn on the CPU, for every device.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

namespace polysweep {

// Names the masks of one forward pass. A training never uses a step twice
// (with several forward passes an update: step = update * passes + pass).
struct DropoutKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

class Dropout {
 public:
  // Drops nothing: evaluation.
  Dropout() = default;
  // 0 <= rate < 1; throws Error otherwise.
  Dropout(double rate, DropoutKey key);

  bool active() const { return keep16_ < 65536; }
  // The exact probability of being kept.
  double keep() const { return keep16_ / 65536.0; }

  // x with elements dropped; x itself when inactive. Differentiable.
  // Elements count in the order of x made contiguous.
  at::Tensor apply(const at::Tensor& x, std::uint32_t site) const;
  // residual + apply(x, site), in one pass.
  at::Tensor add(const at::Tensor& residual, const at::Tensor& x, std::uint32_t site) const;

  // [count] bytes on `device`, 1 for kept and 0 for dropped: elements 0 ..
  // count - 1 of the site.
  at::Tensor mask(std::int64_t count, std::uint32_t site, at::Device device = at::kCPU) const;

 private:
  std::uint32_t keep16_ = 65536;
  std::array<std::uint32_t, 2> key_{};
  std::uint64_t step_ = 0;
};

}  // namespace polysweep
