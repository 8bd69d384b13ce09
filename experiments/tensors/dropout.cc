#include "experiments/tensors/dropout.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "experiments/tensors/simd.h"
#include "framework/core/error.h"
#include "framework/core/random_stream.h"

namespace polysweep {
namespace {

constexpr int kBlocks = 32;                // Philox blocks drawn side by side
constexpr int kGroup = 8 * kBlocks;        // elements of a group
constexpr std::uint32_t kCertain = 65536;  // 16 bits are always below

struct MaskStream {
  std::array<std::uint32_t, 2> key;
  std::uint32_t site;
  std::uint64_t step;
  std::uint32_t keep16;
};

// philox4x32 of framework/core/random_stream.h, kBlocks counters at a time.
POLYSWEEP_CLONES void draw_groups(const MaskStream& stream, std::int64_t groups,
                                  std::uint8_t* mask) {
  const std::uint32_t keep = stream.keep16;
  for (std::int64_t g = 0; g < groups; ++g, mask += kGroup) {
    std::uint32_t words[4][kBlocks];
    auto& [a, b, c, d] = words;
    for (int i = 0; i < kBlocks; ++i) {
      a[i] = static_cast<std::uint32_t>(g) * kBlocks + static_cast<std::uint32_t>(i);
      b[i] = stream.site;
      c[i] = static_cast<std::uint32_t>(stream.step);
      d[i] = static_cast<std::uint32_t>(stream.step >> 32);
    }
    std::uint32_t key0 = stream.key[0];
    std::uint32_t key1 = stream.key[1];
    for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9, key1 += 0xBB67AE85) {
      for (int i = 0; i < kBlocks; ++i) {
        const std::uint64_t p = std::uint64_t{0xD2511F53} * a[i];
        const std::uint64_t q = std::uint64_t{0xCD9E8D57} * c[i];
        a[i] = static_cast<std::uint32_t>(q >> 32) ^ b[i] ^ key0;
        c[i] = static_cast<std::uint32_t>(p >> 32) ^ d[i] ^ key1;
        b[i] = static_cast<std::uint32_t>(q);
        d[i] = static_cast<std::uint32_t>(p);
      }
    }
    for (int w = 0; w < 4; ++w) {
      std::uint8_t* low = mask + w * kBlocks;
      for (int i = 0; i < kBlocks; ++i) low[i] = (words[w][i] & 0xffff) < keep;
      std::uint8_t* high = low + kGroup / 2;
      for (int i = 0; i < kBlocks; ++i) high[i] = (words[w][i] >> 16) < keep;
    }
  }
}

POLYSWEEP_CLONES void scale_kept(const float* x, const std::uint8_t* mask, float scale,
                                 std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = x[i] * (scale * static_cast<float>(mask[i]));
}

POLYSWEEP_CLONES void add_kept(const float* residual, const float* x, const std::uint8_t* mask,
                               float scale, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = residual[i] + x[i] * (scale * static_cast<float>(mask[i]));
  }
}

bool plain(const at::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous();
}

at::Tensor masked(const at::Tensor& x, const at::Tensor& mask, double scale) {
  if (!plain(x)) return x * mask.view(x.sizes()).to(x.scalar_type()).mul_(scale);
  at::Tensor out = at::empty_like(x);
  scale_kept(x.data_ptr<float>(), mask.data_ptr<std::uint8_t>(), static_cast<float>(scale),
             x.numel(), out.data_ptr<float>());
  return out;
}

at::Tensor masked_sum(const at::Tensor& residual, const at::Tensor& x, const at::Tensor& mask,
                      double scale) {
  if (!plain(x) || !plain(residual)) return residual + masked(x, mask, scale);
  at::Tensor out = at::empty_like(x);
  add_kept(residual.data_ptr<float>(), x.data_ptr<float>(), mask.data_ptr<std::uint8_t>(),
           static_cast<float>(scale), x.numel(), out.data_ptr<float>());
  return out;
}

// residual (or nothing) + x where the mask is 1, scaled.
struct Masked : torch::autograd::Function<Masked> {
  using Context = torch::autograd::AutogradContext;
  using Tensors = torch::autograd::variable_list;

  // Autograd takes no undefined tensor but as an empty optional.
  static at::Tensor forward(Context* context, const c10::optional<at::Tensor>& residual,
                            const at::Tensor& x, const at::Tensor& mask, double scale) {
    context->saved_data["mask"] = mask;
    context->saved_data["scale"] = scale;
    context->saved_data["sum"] = residual.has_value();
    return residual ? masked_sum(*residual, x, mask, scale) : masked(x, mask, scale);
  }

  static Tensors backward(Context* context, const Tensors& gradients) {
    const at::Tensor gradient = gradients[0].contiguous();
    const at::Tensor inner = masked(gradient, context->saved_data["mask"].toTensor(),
                                    context->saved_data["scale"].toDouble());
    const at::Tensor outer = context->saved_data["sum"].toBool() ? gradient : at::Tensor();
    return {outer, inner, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

Dropout::Dropout(double rate, DropoutKey key)
    : key_(stream_key(key.seed, "dropout")), step_(key.step) {
  if (!(rate >= 0 && rate < 1)) fail("dropout {} is out of range: 0 <= dropout < 1", rate);
  keep16_ = static_cast<std::uint32_t>(std::lround((1 - rate) * kCertain));
}

at::Tensor Dropout::mask(std::int64_t count, std::uint32_t site, at::Device device) const {
  const std::int64_t groups = (count + kGroup - 1) / kGroup;
  const at::Tensor drawn = at::empty({groups * kGroup}, at::kByte);
  draw_groups({key_, site, step_, keep16_}, groups, drawn.data_ptr<std::uint8_t>());
  return drawn.narrow(0, 0, count).to(device);
}

at::Tensor Dropout::apply(const at::Tensor& x, std::uint32_t site) const {
  if (!active()) return x;
  return Masked::apply(c10::nullopt, x.contiguous(), mask(x.numel(), site, x.device()), 1 / keep());
}

at::Tensor Dropout::add(const at::Tensor& residual, const at::Tensor& x, std::uint32_t site) const {
  if (!active()) return residual + x;
  return Masked::apply(c10::optional<at::Tensor>(residual), x.contiguous(),
                       mask(x.numel(), site, x.device()), 1 / keep());
}

}  // namespace polysweep
