// Numbers for people: no more digits than their uncertainty supports.
#pragma once

#include <optional>
#include <string>

#include "reports/text/interval.h"

namespace polysweep {

// Digits after the point so that `uncertainty` keeps two significant ones: 0.034
// gives 3, 12.7 gives 0. None where it is 0 or not finite.
std::optional<int> supported_decimals(double uncertainty);

// `value` with that many digits; scientific where it is huge or tiny (1.23e+09).
std::string number_text(double value, int decimals);

// `value` rounded to what `uncertainty` supports; significant_text() without one
// or where it is no more than rounding noise.
std::string rounded_text(double value, double uncertainty);

// At most six significant digits, no trailing zeros; "not a number", "infinite".
std::string significant_text(double value);

// "1.20 to 3.41", both ends with the digits that half its width supports.
std::string interval_text(const Interval& interval);

// A signed difference: "+1.2", "-0.3", "0".
std::string signed_text(double value, double uncertainty);

// Three significant digits; below 0.0001 scientific.
std::string p_text(double p);

// "1 seed", "3 seeds".
std::string count_text(std::size_t count, const std::string& noun);

}  // namespace polysweep
