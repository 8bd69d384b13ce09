// Chi 2022 (arXiv:2205.09921), the logarithmic kernel: r1 and r2 of each head and
// layer, initialised to 1 and kept at 0.01 or above.
#include <ATen/ATen.h>

#include "experiments/encodings/encoding.h"

namespace polysweep {
namespace {

constexpr double kLeast = 0.01;

class KerpleLog : public Encoding {
 public:
  explicit KerpleLog(const EncodingContext& context)
      : factor_(context.weights->constant(context.prefix + "r1",
                                          {context.layers, context.heads, 1, 1}, 1)),
        rate_(context.weights->constant(context.prefix + "r2",
                                        {context.layers, context.heads, 1, 1}, 1)) {}

  PairBias bias(const at::Tensor&, const Pairs& pairs) const override {
    const at::Tensor distance = pairs.deltas().abs().to(factor_.scalar_type());
    const at::Tensor factor = factor_[pairs.layer].clamp_min(kLeast);
    const at::Tensor rate = rate_[pairs.layer].clamp_min(kLeast);
    PairBias result;
    result.by_position = -factor * at::log1p(rate * distance);
    return result;
  }

 private:
  at::Tensor factor_, rate_;  // [layers, H, 1, 1]
};

}  // namespace

std::unique_ptr<Encoding> make_kerple_log(const EncodingContext& context) {
  return std::make_unique<KerpleLog>(context);
}

}  // namespace polysweep
