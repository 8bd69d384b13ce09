// A learned table. At rank R below full it is a constant row plus R - 1 learned
// factors, so that its elements start with the variance 1 / M as well.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "experiments/encodings/additive_encoding.h"

namespace polysweep {
namespace {

class Learned : public Encoding {
 public:
  explicit Learned(const EncodingContext& context)
      : matched_(context.options.matched_norm),
        rank_(highest_degree(context, std::min(context.longest, context.width) - 1) + 1) {
    Weights& weights = *context.weights;
    const double width = static_cast<double>(context.width);
    if (!context.options.order) {
      left_ = weights.normal(context.prefix + "table", {context.longest, context.width},
                             1 / std::sqrt(width));
      return;
    }
    const double deviation = 1 / std::sqrt(width * static_cast<double>(rank_));
    constant_ = weights.normal(context.prefix + "constant", {1, context.width}, deviation);
    if (rank_ == 1) return;
    left_ = weights.normal(context.prefix + "left", {context.longest, rank_ - 1}, 1);
    right_ = weights.normal(context.prefix + "right", {rank_ - 1, context.width}, deviation);
  }

  at::Tensor embed(const at::Tensor& x, const at::Tensor& positions) const override {
    at::Tensor rows = constant_;
    if (left_.defined()) {
      rows = at::embedding(left_, positions);
      if (right_.defined()) rows = at::matmul(rows, right_) + constant_;
    }
    if (matched_) {
      rows = rows * (std::sqrt(static_cast<double>(x.size(1)) / 2) / rows.norm(2, {1}, true));
    }
    return x + rows;
  }

  std::optional<std::int64_t> rank() const override { return rank_; }

 private:
  bool matched_;
  std::int64_t rank_;
  at::Tensor constant_, left_, right_;
};

}  // namespace

std::unique_ptr<Encoding> make_learned(const EncodingContext& context) {
  return std::make_unique<Learned>(context);
}

}  // namespace polysweep
