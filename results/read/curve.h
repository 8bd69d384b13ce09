// Points of a metric of one trial.
#pragma once

#include <cstdint>
#include <vector>

namespace polysweep {

struct CurvePoint {
  std::int64_t step = 0;
  double value = 0;
};

// The points of one trial of a sweep, by step.
struct Curve {
  std::size_t trial = 0;  // index into SweepResults::trials
  std::vector<CurvePoint> points;
};

}  // namespace polysweep
