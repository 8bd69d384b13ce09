// The control of legendre_position: T_n(cos t) = cos(n t).
#include "experiments/encodings/additive_encoding.h"

namespace polysweep {

std::unique_ptr<Encoding> make_chebyshev_position(const EncodingContext& context) {
  const FeatureGrid grid = feature_grid(context, gauss_chebyshev);
  PolynomialValues basis = chebyshev(highest_degree(context, grid.full), grid.points);
  scale_columns(basis, grid.factors);
  return additive_encoding(context, table_by_position(context, basis, grid.symmetric));
}

}  // namespace polysweep
