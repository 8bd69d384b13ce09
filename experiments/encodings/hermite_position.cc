// Hermite functions between the turning points of the highest, +-sqrt(2K+1), at
// the midpoints of M equal steps.
#include <cmath>

#include "experiments/encodings/additive_encoding.h"

namespace polysweep {

std::unique_ptr<Encoding> make_hermite_position(const EncodingContext& context) {
  const std::int64_t highest = highest_degree(context, last_degree(context));
  std::vector<double> points = midpoint_grid(context.width);
  for (double& x : points) x *= std::sqrt(2 * static_cast<double>(highest) + 1);
  const PolynomialValues basis = hermite_functions(highest, points);
  return additive_encoding(context, table_by_position(context, basis, true));
}

}  // namespace polysweep
