// The smallest difference that a t test finds, from the noncentral t.
//
// It takes the spread of the error, never an observed difference: power at an observed
// difference says no more than its p.
#pragma once

#include <map>
#include <optional>
#include <utility>

namespace polysweep {

// One t test that a rule demands: its level and degrees of freedom, and the standard
// error of the difference.
struct DemandedTest {
  double alpha = 0.05;
  double degrees = 0;
  double standard_error = 0;
};

// Smallest differences at one power; remembers the noncentrality of each level and number of
// degrees of freedom. Not thread-safe.
class Detectable {
 public:
  explicit Detectable(double power) : power_(power) {}

  // The difference that the test finds with that power; none without degrees of freedom
  // or where the standard error is 0 or not finite.
  std::optional<double> difference(const DemandedTest& test) const;

 private:
  double power_;
  mutable std::map<std::pair<double, double>, double> noncentralities_;
};

}  // namespace polysweep
