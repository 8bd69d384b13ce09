// Shaw 2018 (arXiv:1803.02155), equations 3 and 4: vectors on keys and values,
// shared by the heads of a layer.
#include <ATen/ATen.h>

#include <cmath>

#include "experiments/encodings/encoding.h"

namespace polysweep {
namespace {

constexpr std::int64_t kFarthest = 16;
constexpr std::int64_t kChoices = 2 * kFarthest + 1;

class Shaw : public Encoding {
 public:
  explicit Shaw(const EncodingContext& context) {
    const double limit = std::sqrt(6.0 / static_cast<double>(kChoices + context.head_width));
    const std::vector<std::int64_t> sizes = {context.layers, kChoices, context.head_width};
    keys_ = context.weights->uniform(context.prefix + "keys", sizes, limit);
    values_ = context.weights->uniform(context.prefix + "values", sizes, limit);
  }

  PairBias bias(const at::Tensor& q, const Pairs& pairs) const override {
    PairBias result;
    result.choice = pairs.deltas().clamp(-kFarthest, kFarthest) + kFarthest;
    result.values = values_[pairs.layer];
    const double scale = 1 / std::sqrt(static_cast<double>(q.size(2)));
    const at::Tensor by_choice = at::matmul(q, keys_[pairs.layer].t()) * scale;  // [N, H, 33]
    const at::Tensor choice = result.choice.index_select(0, pairs.positions - pairs.first_query)
                                  .unsqueeze(1)
                                  .expand({q.size(0), q.size(1), pairs.keys});
    result.by_row = by_choice.gather(2, choice);
    return result;
  }

 private:
  at::Tensor keys_, values_;  // [layers, 33, D]
};

}  // namespace

std::unique_ptr<Encoding> make_shaw(const EncodingContext& context) {
  return std::make_unique<Shaw>(context);
}

}  // namespace polysweep
