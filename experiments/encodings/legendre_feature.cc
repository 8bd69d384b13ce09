#include <algorithm>

#include "experiments/encodings/additive_encoding.h"

namespace polysweep {

std::unique_ptr<Encoding> make_legendre_feature(const EncodingContext& context) {
  const std::int64_t full = std::min(context.width, context.longest) - 1;
  const PolynomialValues basis =
      legendre(highest_degree(context, full), closed_grid(context.longest));
  return additive_encoding(context, table_by_feature(context, basis));
}

}  // namespace polysweep
