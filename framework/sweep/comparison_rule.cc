#include "framework/sweep/comparison_rule.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

const std::vector<std::string>& comparison_test_names() {
  static const std::vector<std::string> names = {"pooled", "paired-t", "sign-flip"};
  return names;
}

const std::string& comparison_test_name(ComparisonTest test) {
  return comparison_test_names().at(static_cast<std::size_t>(test));
}

ComparisonTest comparison_test_from_name(std::string_view name) {
  const auto& names = comparison_test_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) fail("{}", unknown_name("test", std::string(name), names));
  return static_cast<ComparisonTest>(found - names.begin());
}

bool ComparisonRule::in_family(const Parameters& levels) const {
  if (family.empty()) return true;
  return std::any_of(family.begin(), family.end(),
                     [&](const auto& conditions) { return all_hold(conditions, levels); });
}

void check_alpha(double alpha) {
  if (!(alpha > 0 && alpha < 1)) {
    fail("alpha {:g}: expected a number between 0 and 1, such as 0.05", alpha);
  }
  if (alpha < kSmallestLevel) fail("alpha {:g}: expected at least {:g}", alpha, kSmallestLevel);
}

void check_smallest_difference(double difference) {
  if (difference > 0 && std::isfinite(difference)) return;
  fail("smallest_difference {:g}: expected a positive number in the unit of the primary metric",
       difference);
}

}  // namespace polysweep
