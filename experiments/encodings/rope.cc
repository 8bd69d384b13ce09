// Rotary positions: Su 2021, equations 14 to 16; half-split pairs as in GPT-NeoX.
#include <ATen/ATen.h>

#include <cmath>

#include "experiments/encodings/encoding.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

class Rope : public Encoding {
 public:
  explicit Rope(const EncodingContext& context) : half_split_(context.options.half_split) {
    const std::int64_t pairs = context.head_width / 2;
    at::Tensor angles = at::empty({context.longest, pairs}, at::kDouble);
    double* angle = angles.data_ptr<double>();
    for (std::int64_t p = 0; p < context.longest; ++p) {
      for (std::int64_t m = 0; m < pairs; ++m) {
        const double exponent =
            -2.0 * static_cast<double>(m) / static_cast<double>(context.head_width);
        *angle++ = static_cast<double>(p) * std::pow(context.options.base, exponent);
      }
    }
    turns_ = at::complex(angles.cos().to(context.weights->options()),
                         angles.sin().to(context.weights->options()));
  }

  void rotate(at::Tensor& q, at::Tensor& k, const at::Tensor& positions,
              std::int64_t) const override {
    const at::Tensor turn = turns_.index_select(0, positions).unsqueeze(1);  // [N, 1, D/2]
    q = turned(q, turn);
    k = turned(k, turn);
  }

 private:
  at::Tensor turned(const at::Tensor& x, const at::Tensor& turn) const {
    if (half_split_) {
      const std::vector<at::Tensor> halves = x.chunk(2, -1);
      const at::Tensor c = at::real(turn);
      const at::Tensor s = at::imag(turn);
      return at::cat({halves[0] * c - halves[1] * s, halves[0] * s + halves[1] * c}, -1);
    }
    const at::Tensor pairs = x.unflatten(-1, {x.size(-1) / 2, 2});
    return at::view_as_real(at::view_as_complex(pairs) * turn).flatten(-2);
  }

  bool half_split_;
  at::Tensor turns_;  // [L, D/2] complex: cos + i sin of the angle
};

}  // namespace

std::unique_ptr<Encoding> make_rope(const EncodingContext& context) {
  if (context.head_width % 2 != 0) {
    fail("head width {} (dimension {} / {} heads) is odd: rope needs pairs", context.head_width,
         context.width, context.heads);
  }
  return std::make_unique<Rope>(context);
}

}  // namespace polysweep
