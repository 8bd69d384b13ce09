#include "reports/analysis/one_factor.h"

#include "framework/core/error.h"
#include "reports/analysis/cell_labels.h"
#include "reports/analysis/comparison.h"
#include "reports/analysis/statistics.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

// The factors in which two cells differ; those that apply to one of them only
// are left out where another factor differs.
std::vector<std::string> differing(const SweepResults& results, const Parameters& a,
                                   const Parameters& b) {
  std::vector<std::string> in_both;
  std::vector<std::string> in_one;
  for (const auto& factor : results.factors) {
    const Value* of_a = a.find(factor.name);
    const Value* of_b = b.find(factor.name);
    if ((of_a == nullptr) != (of_b == nullptr)) in_one.push_back(factor.name);
    if (of_a != nullptr && of_b != nullptr && !(*of_a == *of_b)) in_both.push_back(factor.name);
  }
  return in_both.empty() ? in_one : in_both;
}

// The level of `factor` in `side`, with the factors that apply to this side alone:
// "legendre_position, order 4".
std::string side_text(const SweepResults& results, const CellLabels& labels,
                      const std::string& changed, const Parameters& side, const Parameters& other) {
  const Value* level = side.find(changed);
  std::string text = level == nullptr ? changed + " absent" : labels.level_text(changed, *level);
  for (const auto& factor : results.factors) {
    const Value* own = side.find(factor.name);
    if (own == nullptr || other.find(factor.name) != nullptr || factor.name == changed) continue;
    text += ", " + shortened(factor.name, 60) + " " + labels.level(factor.name, *own);
  }
  return text;
}

}  // namespace

std::vector<OneFactorChange> one_factor_changes(const SweepResults& results,
                                                const CellLabels& labels,
                                                const std::vector<CellValues>& values,
                                                std::size_t reference, double confidence) {
  check(values.size() == results.cells.size(), "there are values of every cell");
  std::vector<OneFactorChange> rows;
  const auto& base = results.cells.at(reference).levels;
  for (std::size_t i = 0; i < results.cells.size(); ++i) {
    if (i == reference) continue;
    const auto& levels = results.cells[i].levels;
    const auto factors = differing(results, levels, base);
    if (factors.size() != 1) continue;
    const auto differences = differences_of(paired(values[i], values[reference]));
    OneFactorChange row;
    row.cell = i;
    row.factor = factors[0];
    row.change = side_text(results, labels, factors[0], levels, base) + " instead of " +
                 side_text(results, labels, factors[0], base, levels);
    row.pairs = differences.size();
    row.planned = values[i].planned();
    if (!differences.empty()) row.difference = mean_of(differences);
    row.interval = t_interval(differences, confidence);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace polysweep
