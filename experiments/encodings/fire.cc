// Li 2023 (arXiv:2310.04418), equation 3, for each layer its own: the distance is
// taken relative to the query's position, from position 16 on. c starts at 0.1.
#include <ATen/ATen.h>

#include <cmath>

#include "experiments/encodings/encoding.h"

namespace polysweep {
namespace {

constexpr std::int64_t kThreshold = 16;
constexpr std::int64_t kInner = 32;

class Fire : public Encoding {
 public:
  explicit Fire(const EncodingContext& context) {
    Weights& weights = *context.weights;
    const std::string& name = context.prefix;
    const std::int64_t layers = context.layers;
    const double inner_limit = std::sqrt(6.0 / (1.0 + kInner));
    const double outer_limit = std::sqrt(6.0 / static_cast<double>(kInner + context.heads));
    c_ = weights.constant(name + "c", {layers}, 0.1);
    inner_ = weights.uniform(name + "inner.weight", {layers, kInner, 1}, inner_limit);
    inner_bias_ = weights.constant(name + "inner.bias", {layers, kInner}, 0);
    outer_ = weights.uniform(name + "outer.weight", {layers, context.heads, kInner}, outer_limit);
    outer_bias_ = weights.constant(name + "outer.bias", {layers, context.heads}, 0);
  }

  PairBias bias(const at::Tensor&, const Pairs& pairs) const override {
    const std::int64_t layer = pairs.layer;
    const at::Tensor c = c_[layer].abs();
    const at::Tensor deltas = pairs.deltas();
    const at::Tensor query =
        at::arange(pairs.first_query, pairs.first_query + pairs.queries, deltas.options());
    const at::Tensor farthest = query.clamp_min(kThreshold).to(c_.scalar_type()).unsqueeze(1);
    const at::Tensor share =
        at::log1p(c * deltas.abs().to(c_.scalar_type())) / at::log1p(c * farthest);  // [T, S]
    const at::Tensor hidden =
        at::linear(share.unsqueeze(-1), inner_[layer], inner_bias_[layer]).relu();
    PairBias result;
    result.by_position = at::linear(hidden, outer_[layer], outer_bias_[layer]).permute({2, 0, 1});
    return result;
  }

 private:
  at::Tensor c_, inner_, inner_bias_, outer_, outer_bias_;
};

}  // namespace

std::unique_ptr<Encoding> make_fire(const EncodingContext& context) {
  return std::make_unique<Fire>(context);
}

}  // namespace polysweep
