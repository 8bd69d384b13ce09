// A metric as an experiment publishes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "framework/sweep/role.h"

namespace polysweep {

enum class Goal : std::uint8_t { kMinimize, kMaximize };

// "minimize", "maximize".
std::string_view goal_name(Goal goal);
// Throws Error that names the nearest goal for any other name.
Goal goal_from_name(std::string_view name);

// Which value of a series counts where one number of it is asked for.
struct PointRule {
  enum class Kind : std::uint8_t {
    kLast,
    kBest,        // by the goal; NaN and infinities never
    kMeanOfLast,  // of `count` points, or of as many as there are
  };
  Kind kind = Kind::kLast;
  int count = 0;

  friend bool operator==(const PointRule&, const PointRule&) = default;
};

// "last value of each series", "best value of each series", "mean of the last 5 values of
// each series".
std::string point_text(const PointRule& point);

struct MetricSpec {
  std::string name;
  Goal goal = Goal::kMinimize;
  std::string unit;  // "" where it has none
  std::string doc;   // one line
  // What its steps count: "updates", "epochs", "length", ... A series whose
  // steps count the experiment's clock is cut where a resumed attempt starts.
  std::string step{kDefaultClock};
  Role role = Role::kNone;
  // Of a metric that is reported at real steps: what an integer step stands for, in the
  // unit that it is reported in. `step` names both ("0.001 epochs"). 0: its steps are
  // integers.
  double step_resolution = 0;
  PointRule point;
};

}  // namespace polysweep
