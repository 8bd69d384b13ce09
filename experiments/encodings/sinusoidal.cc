// Vaswani 2017, section 3.5.
#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "experiments/encodings/additive_encoding.h"
#include "framework/core/error.h"

namespace polysweep {
namespace {

// What the frequency of pair `pair` is at rank R. Full rank: its own. R / 2
// frequencies kept: the pairs form R / 2 groups of neighbours that share the
// first frequency of the group. One more group, the last, stands still where R
// is odd: a constant, rank 1.
double frequency(const EncodingContext& context, std::int64_t rank, std::int64_t pair) {
  const std::int64_t pairs = context.width / 2;
  const std::int64_t groups = (rank + 1) / 2;
  const std::int64_t group = pair * groups / pairs;
  if (group == groups - 1 && rank % 2 == 1) return 0;
  const std::int64_t first = (group * pairs + groups - 1) / groups;
  const double exponent =
      context.options.concatenated
          ? static_cast<double>(first) / std::max(1.0, pairs - 1.0)
          : 2.0 * static_cast<double>(first) / static_cast<double>(context.width);
  return std::pow(context.options.base, -exponent);
}

}  // namespace

std::unique_ptr<Encoding> make_sinusoidal(const EncodingContext& context) {
  if (context.width % 2 != 0) {
    fail("dimension {} is odd: sinusoidal needs pairs of dimensions", context.width);
  }
  const std::int64_t rank = highest_degree(context, context.width - 1) + 1;
  const std::int64_t pairs = context.width / 2;
  std::vector<double> frequencies;
  for (std::int64_t pair = 0; pair < pairs; ++pair) {
    frequencies.push_back(frequency(context, rank, pair));
  }
  PositionTable table;
  for (std::int64_t p = 0; p < context.longest; ++p) {
    const double position = static_cast<double>(context.options.concatenated ? p + 2 : p);
    std::vector<double> row(static_cast<std::size_t>(context.width));
    for (std::int64_t pair = 0; pair < pairs; ++pair) {
      const double angle = position * frequencies[static_cast<std::size_t>(pair)];
      const std::int64_t sine = context.options.concatenated ? pair : 2 * pair;
      const std::int64_t cosine = context.options.concatenated ? pairs + pair : 2 * pair + 1;
      row[static_cast<std::size_t>(sine)] = std::sin(angle);
      row[static_cast<std::size_t>(cosine)] = std::cos(angle);
    }
    table.rows.push_back(std::move(row));
  }
  // Sines and cosines of different frequencies in (0, pi) are independent on as many
  // positions (a Vandermonde matrix); frequency 0 is the constant.
  const std::set<double> different(frequencies.begin(), frequencies.end());
  const auto dimensions = static_cast<std::int64_t>(2 * different.size() - different.count(0));
  table.rank = std::min(dimensions, context.longest);
  return additive_encoding(context, std::move(table));
}

}  // namespace polysweep
