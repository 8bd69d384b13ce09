// The scale of an axis that a figure draws itself: places as shares of its length, and tics.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace polysweep {

struct PanelTic {
  double value = 0;
  std::string text;
};

class PanelScale {
 public:
  // Of finite numbers, low <= high; logarithmic: above 0. One number is in the middle.
  PanelScale(double low, double high, bool logarithmic);
  // Places 0, 1, ... with words.
  static PanelScale of_words(std::vector<std::string> words);

  // 0 at the low end, 1 at the high end.
  double share(double value) const;
  // At most about `most`, inside of the ends: 1, 2 or 5 times a power of ten; powers of ten, or
  // these, where it is logarithmic; some of the words where they are more.
  std::vector<PanelTic> tics(std::size_t most) const;

 private:
  double low_;
  double high_;
  bool logarithmic_;
  std::vector<std::string> words_;
};

}  // namespace polysweep
