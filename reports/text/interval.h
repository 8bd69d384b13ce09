// A range of numbers: analyses estimate it, texts print it, figures draw it.
#pragma once

namespace polysweep {

struct Interval {
  double low = 0;
  double high = 0;
};

}  // namespace polysweep
