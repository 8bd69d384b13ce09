// Points of a metric of one trial.
#pragma once

#include <cstdint>
#include <vector>

namespace polysweep {

struct CurvePoint {
  std::int64_t step = 0;
  double value = 0;
};

// A point of a thinned series, with the smallest and the greatest finite value up to it,
// points between included. +infinity and -infinity where none is finite.
struct BoundedPoint {
  std::int64_t step = 0;
  double value = 0;
  double lowest = 0;
  double highest = 0;
};

// The points of one trial of a sweep, by step.
struct Curve {
  std::size_t trial = 0;  // index into SweepResults::trials
  std::vector<CurvePoint> points;
};

}  // namespace polysweep
