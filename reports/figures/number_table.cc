#include "reports/figures/number_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "framework/core/error.h"

namespace polysweep {
namespace {

double product(const std::vector<double>& a, const std::vector<double>& b) {
  check(a.size() == b.size(), "the rows of a table have one length");
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

NumberRows cosine_map(const NumberRows& rows) {
  std::vector<double> lengths;
  for (const auto& row : rows) lengths.push_back(std::sqrt(product(row, row)));
  NumberRows map(rows.size(), std::vector<double>(rows.size()));
  for (std::size_t p = 0; p < rows.size(); ++p) {
    for (std::size_t q = 0; q < rows.size(); ++q) {
      const double length = lengths[p] * lengths[q];
      map[p][q] = length > 0 ? product(rows[p], rows[q]) / length
                             : std::numeric_limits<double>::quiet_NaN();
    }
  }
  return map;
}

NumberRows part_of(const NumberRows& rows, std::size_t parts, std::size_t part) {
  const std::size_t width = rows.empty() ? 0 : rows[0].size();
  if (parts == 0 || width % parts != 0) {
    fail("{} features cannot be divided into {} equal parts", width, parts);
  }
  if (part >= parts) fail("part {} of {}: parts are counted from 0", part, parts);
  const auto begin = static_cast<std::ptrdiff_t>(part * (width / parts));
  const auto size = static_cast<std::ptrdiff_t>(width / parts);
  NumberRows out;
  for (const auto& row : rows) out.emplace_back(row.begin() + begin, row.begin() + begin + size);
  return out;
}

NumberRows standardized(const NumberRows& rows) {
  NumberRows out = rows;
  const auto count = static_cast<double>(rows.size());
  for (std::size_t i = 0; !out.empty() && i < out[0].size(); ++i) {
    double mean = 0;
    double square = 0;
    for (const auto& row : rows) mean += row[i] / count;
    for (const auto& row : rows) square += (row[i] - mean) * (row[i] - mean) / count;
    const double deviation = std::sqrt(square);
    // What rounding leaves of a constant is not a change.
    const bool changes = deviation > 1e-12 * std::max(1.0, std::abs(mean));
    for (auto& row : out) row[i] = changes ? (row[i] - mean) / deviation : 0;
  }
  return out;
}

}  // namespace polysweep
