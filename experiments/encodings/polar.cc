// arXiv:2509.10534: the score of q and k is the sum over c of
// softplus(q_c) softplus(k_c) cos(delta theta_c - shift_c), which is the product
// of two vectors twice as wide. Shifts of each layer, starting at 0.
#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "experiments/encodings/encoding.h"

namespace polysweep {
namespace {

class Polar : public Encoding {
 public:
  explicit Polar(const EncodingContext& context)
      : shift_(context.weights->constant(context.prefix + "shift",
                                         {context.layers, context.heads, context.head_width}, 0)) {
    at::Tensor angles = at::empty({context.longest, context.head_width}, at::kDouble);
    double* angle = angles.data_ptr<double>();
    for (std::int64_t p = 0; p < context.longest; ++p) {
      for (std::int64_t c = 0; c < context.head_width; ++c) {
        const double exponent = -static_cast<double>(c) / static_cast<double>(context.head_width);
        *angle++ = static_cast<double>(p) * std::pow(context.options.base, exponent);
      }
    }
    angles_ = angles.to(context.weights->options());
  }

  void rotate(at::Tensor& q, at::Tensor& k, const at::Tensor& positions,
              std::int64_t layer) const override {
    const at::Tensor angle = angles_.index_select(0, positions).unsqueeze(1);  // [N, 1, D]
    const at::Tensor shift = shift_[layer].clamp(-2 * std::numbers::pi, 0);    // [H, D]
    q = turned(q, angle);
    k = turned(k, angle - shift);
  }

 private:
  static at::Tensor turned(const at::Tensor& x, const at::Tensor& angle) {
    const at::Tensor length = at::softplus(x);
    return at::cat({length * angle.cos(), length * angle.sin()}, -1);
  }

  at::Tensor shift_;   // [layers, H, D]
  at::Tensor angles_;  // [L, D]
};

}  // namespace

std::unique_ptr<Encoding> make_polar(const EncodingContext& context) {
  return std::make_unique<Polar>(context);
}

}  // namespace polysweep
