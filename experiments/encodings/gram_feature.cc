#include <algorithm>

#include "experiments/encodings/additive_encoding.h"

namespace polysweep {

std::unique_ptr<Encoding> make_gram_feature(const EncodingContext& context) {
  const std::int64_t full = std::min(context.width, context.longest) - 1;
  const PolynomialValues basis = gram(highest_degree(context, full), context.longest);
  return additive_encoding(context, table_by_feature(context, basis));
}

}  // namespace polysweep
