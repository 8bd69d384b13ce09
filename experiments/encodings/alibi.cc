// Press 2021 (arXiv:2108.12409); slopes for any number of heads as in its code.
#include <ATen/ATen.h>

#include <cmath>

#include "experiments/encodings/encoding.h"

namespace polysweep {
namespace {

// `count` a power of two.
std::vector<double> geometric_slopes(std::int64_t count) {
  std::vector<double> slopes;
  const double ratio = std::exp2(-8.0 / static_cast<double>(count));
  for (std::int64_t h = 1; h <= count; ++h) slopes.push_back(std::pow(ratio, h));
  return slopes;
}

std::vector<double> slopes_of(std::int64_t heads) {
  std::int64_t power = 1;
  while (2 * power <= heads) power *= 2;
  std::vector<double> slopes = geometric_slopes(power);
  const std::vector<double> finer = geometric_slopes(2 * power);
  for (std::size_t i = 0; slopes.size() < static_cast<std::size_t>(heads); i += 2) {
    slopes.push_back(finer[i]);
  }
  return slopes;
}

class Alibi : public Encoding {
 public:
  explicit Alibi(const EncodingContext& context)
      : slopes_(at::tensor(slopes_of(context.heads), at::kDouble)
                    .to(context.weights->options())
                    .view({context.heads, 1, 1})) {}

  PairBias bias(const at::Tensor&, const Pairs& pairs) const override {
    PairBias result;
    result.by_position = pairs.deltas().abs().to(slopes_.scalar_type()) * slopes_.neg();
    return result;
  }

 private:
  at::Tensor slopes_;  // [H, 1, 1]
};

}  // namespace

std::unique_ptr<Encoding> make_alibi(const EncodingContext& context) {
  return std::make_unique<Alibi>(context);
}

}  // namespace polysweep
