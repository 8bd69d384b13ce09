// Raffel 2019 (arXiv:1910.10683), section 2.1: 32 buckets to distance 128, one
// table per stack.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "experiments/encodings/encoding.h"

namespace polysweep {
namespace {

constexpr std::int64_t kBuckets = 32;
constexpr double kFarthest = 128;

std::int64_t bucket(std::int64_t delta, bool causal) {
  const std::int64_t count = causal ? kBuckets : kBuckets / 2;
  const std::int64_t side = !causal && delta > 0 ? count : 0;
  const std::int64_t distance = causal ? std::max<std::int64_t>(-delta, 0) : std::abs(delta);
  const std::int64_t exact = count / 2;
  if (distance < exact) return side + distance;
  const double start = static_cast<double>(exact);
  const double place = std::log2(static_cast<double>(distance) / start) /
                       std::log2(kFarthest / start) * static_cast<double>(count - exact);
  return side + std::min(count - 1, exact + static_cast<std::int64_t>(place));
}

class T5 : public Encoding {
 public:
  explicit T5(const EncodingContext& context)
      : last_(context.longest - 1),
        table_(context.weights->normal(context.prefix + "table", {context.heads, kBuckets},
                                       1 / std::sqrt(static_cast<double>(context.width)))) {
    std::vector<std::int64_t> buckets;
    for (std::int64_t delta = -last_; delta <= last_; ++delta) {
      buckets.push_back(bucket(delta, context.causal));
    }
    buckets_ = at::tensor(buckets, at::kLong).to(table_.device());
  }

  PairBias bias(const at::Tensor&, const Pairs& pairs) const override {
    const at::Tensor chosen = buckets_.index_select(0, (pairs.deltas() + last_).flatten());
    PairBias result;
    result.by_position =
        table_.index_select(1, chosen).view({table_.size(0), pairs.queries, pairs.keys});
    return result;
  }

 private:
  std::int64_t last_;
  at::Tensor table_;    // [H, 32]
  at::Tensor buckets_;  // [2 L - 1], of deltas -(L - 1) ..
};

}  // namespace

std::unique_ptr<Encoding> make_t5(const EncodingContext& context) {
  return std::make_unique<T5>(context);
}

}  // namespace polysweep
