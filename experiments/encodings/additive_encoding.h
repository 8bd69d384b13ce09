// Encodings that add one row of a fixed table to each token, and how polynomials
// make up the rows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "experiments/encodings/encoding.h"
#include "experiments/encodings/polynomial.h"

namespace polysweep {

// rows[p][i]: what feature i gets at position p.
struct PositionTable {
  std::vector<std::vector<double>> rows;
  std::int64_t rank = 0;  // in exact arithmetic
};

// Adds row p of `table` [L, M] at position p. Under matched_norm each row is
// scaled to length sqrt(M / 2). Throws Error then for a row of zeros.
std::unique_ptr<Encoding> additive_encoding(const EncodingContext& context, PositionTable table);

// The highest degree: `order`, at most `full`; `full` if no order is given. Throws Error for an
// order that needs more than M dimensions, or is above `full`.
std::int64_t highest_degree(const EncodingContext& context, std::int64_t full);

// Position p gets the polynomial of degree min(p + offset, K) as its row, taken on
// points that are `symmetric` about 0 or not.
PositionTable table_by_position(const EncodingContext& context, const PolynomialValues& basis,
                                bool symmetric);
// The degree of the last position: longest - 1 + offset.
std::int64_t last_degree(const EncodingContext& context);

// The M feature points of context's grid, with the weights that make rows
// orthogonal on them (1 on the grids that have none).
struct FeatureGrid {
  std::vector<double> points;
  std::vector<double> factors;  // multiplies each column
  std::int64_t full = 0;        // highest degree that is not zero on all points
  bool symmetric = true;        // with x, -x is a point
};
FeatureGrid feature_grid(const EncodingContext& context, Quadrature (*gauss)(std::int64_t));
void scale_columns(PolynomialValues& basis, const std::vector<double>& factors);

// basis[n][p], degrees as columns: position p gets the row (basis[0][p], ...,
// basis[K][p]), of length 1 under matched_norm, times a fixed matrix [K+1, M] with
// orthonormal rows. The matrix is the same in every trial; for a lower K its
// first rows are used.
PositionTable table_by_feature(const EncodingContext& context, const PolynomialValues& basis);

// `count` rows of length `width`, orthonormal, drawn from a random stream of fixed seed.
std::vector<std::vector<double>> orthonormal_rows(std::int64_t count, std::int64_t width);

}  // namespace polysweep
