// b_h(delta) = sum over k = 1 .. K of a_hk P_k(abs(delta) / L), one set per stack.
#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "experiments/encodings/encoding.h"
#include "experiments/encodings/polynomial.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

class LegendreBias : public Encoding {
 public:
  explicit LegendreBias(const EncodingContext& context) {
    const std::int64_t longest = context.longest;
    const std::int64_t terms = context.options.order.value_or(longest - 1);
    rank_ = terms + 1;
    if (terms < 0 || terms >= longest) {
      fail(
          "order {} does not fit legendre_bias: it takes 0 to {} terms, as many as there are "
          "distances",
          terms, longest - 1);
    }
    if (terms == 0) return;
    std::vector<double> arguments;
    for (std::int64_t i = 0; i < longest; ++i) {
      arguments.push_back(static_cast<double>(i) / static_cast<double>(longest));
    }
    const PolynomialValues values = legendre(terms, arguments);
    at::Tensor basis = at::empty({terms, longest}, at::kDouble);
    double* to = basis.data_ptr<double>();
    for (std::size_t k = 1; k < values.size(); ++k) {
      to = std::copy(values[k].begin(), values[k].end(), to);
    }
    basis_ = basis.to(context.weights->options());
    amounts_ = context.weights->normal(context.prefix + "amounts", {context.heads, terms},
                                       1 / std::sqrt(static_cast<double>(context.width)));
  }

  PairBias bias(const at::Tensor&, const Pairs& pairs) const override {
    PairBias result;
    if (!basis_.defined()) return result;
    const at::Tensor by_distance = at::matmul(amounts_, basis_);  // [H, L]
    result.by_position = by_distance.index_select(1, pairs.deltas().abs().flatten())
                             .view({amounts_.size(0), pairs.queries, pairs.keys});
    return result;
  }

  std::optional<std::int64_t> rank() const override { return rank_; }

 private:
  std::int64_t rank_ = 0;
  at::Tensor amounts_;  // [H, K]
  at::Tensor basis_;    // [K, L]
};

}  // namespace

std::unique_ptr<Encoding> make_legendre_bias(const EncodingContext& context) {
  return std::make_unique<LegendreBias>(context);
}

}  // namespace polysweep
