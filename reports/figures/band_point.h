// A point of a line with a band.
#pragma once

namespace polysweep {

struct BandPoint {
  double x = 0;
  double mean = 0;
  double low = 0;  // low = high: no band
  double high = 0;
};

}  // namespace polysweep
