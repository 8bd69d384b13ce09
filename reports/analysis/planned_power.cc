#include "reports/analysis/planned_power.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "framework/core/error.h"
#include "reports/analysis/detectable.h"
#include "reports/analysis/pooled_test.h"
#include "reports/analysis/sign_flip.h"
#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

// The t tests that a cell has to pass; none where it cannot.
std::vector<DemandedTest> demanded_tests(const PlannedComparison& planned) {
  check(planned.arms >= planned.family, "every cell of the family has a baseline");
  const auto least = least_replicates(planned);
  if (!least || planned.replicates < *least) return {};
  const double n = static_cast<double>(planned.replicates);
  const double error = std::sqrt(2 / n);
  const double together = planned.alpha / static_cast<double>(planned.family);
  if (planned.test != ComparisonTest::kPooled) return {{together, n - 1, error}};
  return {{together, static_cast<double>(planned.arms) * (n - 1), error},
          {planned.alpha, n - 1, error}};
}

}  // namespace

std::optional<std::size_t> least_replicates(const PlannedComparison& planned) {
  if (planned.family == 0) return std::nullopt;
  switch (planned.test) {
    case ComparisonTest::kPooled:
      return kLeastPairs;
    case ComparisonTest::kPairedT:
      return 2;
    case ComparisonTest::kSignFlip:
      break;
  }
  return pairs_to_reach(planned.alpha, planned.family);
}

std::optional<double> smallest_detectable(const PlannedComparison& planned) {
  const Detectable detectable(planned.power);
  std::optional<double> largest;
  for (const DemandedTest& test : demanded_tests(planned)) {
    const auto difference = detectable.difference(test);
    if (!difference) return std::nullopt;
    largest = std::max(largest.value_or(0), *difference);
  }
  return largest;
}

double power_at(const PlannedComparison& planned, double difference) {
  const std::vector<DemandedTest> tests = demanded_tests(planned);
  if (tests.empty()) return 0;
  double power = 1;
  for (const DemandedTest& test : tests) {
    power = std::min(power,
                     t_power(std::abs(difference) / test.standard_error, test.degrees, test.alpha));
  }
  return power;
}

std::optional<std::size_t> replicates_needed(PlannedComparison planned, double difference) {
  check(difference > 0, "a difference is given");
  const auto least = least_replicates(planned);
  if (!least) return std::nullopt;
  const auto enough = [&](std::size_t replicates) {
    planned.replicates = replicates;
    return power_at(planned, difference) >= planned.power;
  };
  if (!enough(kMostReplicates)) return std::nullopt;
  std::size_t low = *least - 1;  // too few
  std::size_t high = kMostReplicates;
  while (high - low > 1) {
    const std::size_t middle = (low + high) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace polysweep
