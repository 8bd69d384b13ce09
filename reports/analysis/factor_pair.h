// A metric over two numeric factors: one rectangle of cells for each level of the rest.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "reports/analysis/cell_labels.h"
#include "reports/analysis/cell_values.h"
#include "results/read/sweep_results.h"

namespace polysweep {

struct FactorPairMap {
  std::string title;  // "legendre_position"; "" where nothing else varies
  std::string x;      // the factors, with units
  std::string y;
  std::vector<std::string> columns;  // levels of x; words such as "full" after numbers
  std::vector<std::string> rows;     // levels of y
  struct Field {
    bool planned = false;
    std::optional<double> mean;  // over the done trials; none where there is no value
    double spread = 0;           // standard deviation over them; 0 of one
    std::size_t values = 0;
    std::size_t trials = 0;  // planned
    bool baseline = false;
  };
  std::vector<Field> fields;  // fields[row * columns.size() + column]
  double low = 0;             // of the means in all maps of these two factors
  double high = 0;
};

// For every pair of factors that each have two or more numbers among their levels,
// the maps that have two or more levels both ways. `values` are by cell. Linear in
// cells for each pair of factors.
std::vector<FactorPairMap> factor_pair_maps(const SweepResults& results, const CellLabels& labels,
                                            const std::vector<CellValues>& values);

}  // namespace polysweep
