#include "framework/sweep/metric.h"

#include <vector>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"

namespace polysweep {

std::string_view goal_name(Goal goal) { return goal == Goal::kMinimize ? "minimize" : "maximize"; }

Goal goal_from_name(std::string_view name) {
  if (name == "minimize") return Goal::kMinimize;
  if (name == "maximize") return Goal::kMaximize;
  fail("{}", unknown_name("goal", name, std::vector<std::string>{"minimize", "maximize"}));
}

std::string point_text(const PointRule& point) {
  switch (point.kind) {
    case PointRule::Kind::kLast:
      return "last value of each series";
    case PointRule::Kind::kBest:
      return "best value of each series";
    case PointRule::Kind::kMeanOfLast:
      break;
  }
  return fmt::format("mean of the last {} values of each series", point.count);
}

}  // namespace polysweep
