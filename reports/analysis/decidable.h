// What numbers of replicates can decide: the smallest difference, and the replicates that a
// difference needs. Both from the noncentral t, for the rules `pooled` and `paired-t`.
//
// They take the spread of the error, never an observed difference: power at an observed
// difference says no more than its p.
#pragma once

#include <cstddef>
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
class Decidable {
 public:
  explicit Decidable(double power) : power_(power) {}

  // The difference that the test finds with that power; none without degrees of freedom
  // or where the standard error is 0 or not finite.
  std::optional<double> difference(const DemandedTest& test) const;

 private:
  double power_;
  mutable std::map<std::pair<double, double>, double> noncentralities_;
};

inline constexpr std::size_t kMostReplicates = 1000;

struct ReplicatesQuestion {
  double difference = 0;  // > 0
  double error_sd = 0;    // of one value beside arm and replicate
  std::size_t family = 1;
  // Arms, each with a baseline, whose spreads are alike: they estimate the error.
  // 1 for the rule paired-t, where each arm estimates its own.
  std::size_t pooled_arms = 1;
  double alpha = 0.05;
  double power = 0.8;
};

// The fewest replicates of a complete sweep that find the difference: by the pooled t test
// at alpha / family with pooled_arms (n - 1) degrees of freedom, and by the arm's own paired
// t test at alpha (at alpha / family where pooled_arms is 1). None where kMostReplicates are
// not enough.
std::optional<std::size_t> replicates_for(const ReplicatesQuestion& question);

}  // namespace polysweep
