// A point of a curve: a mean over runs with its range.
#pragma once

namespace polysweep {

struct MeanPoint {
  double x = 0;
  double mean = 0;
  double low = 0;
  double high = 0;
};

}  // namespace polysweep
