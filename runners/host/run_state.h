// What the parts of a run share.
#pragma once

namespace polysweep {

struct RunState {
  double now_s = 0;       // monotonic, at the start of this turn of the loop
  bool stopping = false;  // no new attempt is started
  bool closing = false;   // likewise, and those that run continue to their ends
};

}  // namespace polysweep
