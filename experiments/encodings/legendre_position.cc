// Aggarwal 2024 (arXiv:2405.04585), equation 14.
#include "experiments/encodings/additive_encoding.h"

namespace polysweep {

std::unique_ptr<Encoding> make_legendre_position(const EncodingContext& context) {
  const FeatureGrid grid = feature_grid(context, gauss_legendre);
  PolynomialValues basis = legendre(highest_degree(context, grid.full), grid.points);
  scale_columns(basis, grid.factors);
  return additive_encoding(context, table_by_position(context, basis, grid.symmetric));
}

}  // namespace polysweep
