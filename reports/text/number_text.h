// Numbers for people: no more digits than their uncertainty supports. An exponent is
// written without padding: 4.64e-3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reports/text/interval.h"

namespace polysweep {

// Digits after the point so that `uncertainty` keeps two significant ones: 0.034
// gives 3, 12.7 gives 0. None where it is 0 or not finite.
std::optional<int> supported_decimals(double uncertainty);

// `value` with that many digits, at most nine; scientific where it is 1e7 or more (1.23e9),
// or below 0.001 and has more than six.
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

// How the numbers of one column are written: all with the same digits.
struct ColumnDigits {
  int digits = 0;  // after the point
  bool scientific = false;
};

// Digits so that the largest of `uncertainties` (half the widths of the values' intervals,
// in their order) keeps three significant ones, and their median two; those that are 0,
// not finite or rounding noise do not count. Plain decimals, but for columns with a number
// of 1e7 or more, columns of numbers below 0.001 that need more than four, and columns whose
// numbers span more than four powers of ten below 0.001. Without an uncertainty: what
// significant_text() of the values needs.
ColumnDigits column_digits(const std::vector<double>& values,
                           const std::vector<double>& uncertainties);
std::string column_text(double value, const ColumnDigits& digits);
std::string signed_column_text(double value, const ColumnDigits& digits);
// "1.20 to 3.41".
std::string column_interval_text(const Interval& interval, const ColumnDigits& digits);

// "1 seed", "3 seeds".
std::string count_text(std::size_t count, const std::string& noun);

}  // namespace polysweep
