#include "reports/analysis/comparison.h"

#include <cmath>

namespace polysweep {

std::string verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kBetter:
      return "better";
    case Verdict::kWorse:
      return "worse";
    case Verdict::kEquivalent:
      return "equivalent";
    case Verdict::kNotDecided:
      break;
  }
  return "not decided";
}

std::vector<Pair> paired(const CellValues& cell, const CellValues& baseline) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < cell.values.size(); ++i) {
    const Measured& measured = cell.values[i];
    // As a rule both cells have the same replicates in the same order.
    const bool same_place =
        i < baseline.values.size() && baseline.values[i].replicate == measured.replicate;
    const Measured* other = same_place ? &baseline.values[i] : baseline.find(measured.replicate);
    if (other == nullptr || !std::isfinite(measured.value - other->value)) continue;
    pairs.push_back({measured.replicate, measured.value, other->value});
  }
  return pairs;
}

std::vector<double> differences_of(const std::vector<Pair>& pairs) {
  std::vector<double> differences;
  for (const auto& pair : pairs) differences.push_back(pair.difference());
  return differences;
}

}  // namespace polysweep
