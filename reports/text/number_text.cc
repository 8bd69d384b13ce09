#include "reports/text/number_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace polysweep {
namespace {

constexpr double kHuge = 1e7;
constexpr int kMostDecimals = 6;
constexpr double kNoise = 1e-12;

std::string without_negative_zero(const std::string& text) {
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero && text.starts_with('-') ? text.substr(1) : text;
}

constexpr double kPlainFrom = 1e-3;      // numbers from here to kHuge are plain decimals
constexpr int kMostDecimalsOfPlain = 9;  // however small their uncertainty is
constexpr double kMostSpan = 1e4;        // of a column's numbers below kPlainFrom
constexpr int kMostMantissa = 8;
constexpr int kMostDecimalsOfSmall = 4;  // of a column below kPlainFrom

// "4.6e-03" as "4.6e-3".
std::string without_padded_exponent(const std::string& text) {
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  std::string power = text.substr(e + 1);
  const bool negative = power.starts_with('-');
  power.erase(0, std::min(power.find_first_not_of("+-0"), power.size() - 1));
  return text.substr(0, e + 1) + (negative ? "-" : "") + power;
}

bool has_digit(const std::string& text) {
  return text.find_first_of("123456789") != std::string::npos;
}

int magnitude_of(double value) { return static_cast<int>(std::floor(std::log10(std::abs(value)))); }

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Digits after the point of significant_text(), 0 where that is scientific.
int significant_decimals(double value) {
  const std::string text = significant_text(value);
  const std::size_t point = text.find('.');
  if (point == std::string::npos || text.find('e') != std::string::npos) return 0;
  return static_cast<int>(text.size() - point - 1);
}

}  // namespace

std::optional<int> supported_decimals(double uncertainty) {
  if (!std::isfinite(uncertainty) || uncertainty <= 0) return std::nullopt;
  return 1 - static_cast<int>(std::floor(std::log10(uncertainty)));
}

std::string number_text(double value, int decimals) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  const bool plain = std::abs(value) >= kPlainFrom || decimals <= kMostDecimals;
  if (std::abs(value) < kHuge && plain) {
    const int shown = std::clamp(decimals, 0, kMostDecimalsOfPlain);
    return without_negative_zero(fmt::format("{:.{}f}", value, shown));
  }
  if (value == 0) return "0";
  return without_padded_exponent(
      fmt::format("{:.{}e}", value, std::clamp(magnitude_of(value) + decimals, 1, 9)));
}

std::string rounded_text(double value, double uncertainty) {
  // An uncertainty beyond what a double can tell apart is rounding noise.
  if (uncertainty < kNoise * std::abs(value)) return significant_text(value);
  const auto decimals = supported_decimals(uncertainty);
  return decimals ? number_text(value, *decimals) : significant_text(value);
}

std::string significant_text(double value) {
  if (!std::isfinite(value)) return number_text(value, 0);
  return without_padded_exponent(without_negative_zero(fmt::format("{:.6g}", value)));
}

std::string interval_text(const Interval& interval) {
  const double half = (interval.high - interval.low) / 2;
  return rounded_text(interval.low, half) + " to " + rounded_text(interval.high, half);
}

std::string signed_text(double value, double uncertainty) {
  std::string text = rounded_text(value, uncertainty);
  return value > 0 && has_digit(text) ? "+" + text : text;
}

std::string p_text(double p) {
  return p < 1e-4 ? without_padded_exponent(fmt::format("{:.1e}", p)) : fmt::format("{:.3g}", p);
}

ColumnDigits column_digits(const std::vector<double>& values,
                           const std::vector<double>& uncertainties) {
  const auto uncertainty_of = [&](std::size_t i) {
    const double each = i < uncertainties.size() ? uncertainties[i] : 0;
    return std::isfinite(each) && each > kNoise * std::abs(values[i]) ? each : 0;
  };
  double largest = 0;
  int decimals = 0;
  std::vector<double> known;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (uncertainty_of(i) > 0) known.push_back(uncertainty_of(i));
    if (!std::isfinite(values[i])) continue;
    largest = std::max(largest, std::abs(values[i]));
    decimals = std::max(decimals, significant_decimals(values[i]));
  }
  // The smallest number that is more than noise: below its uncertainty, that one.
  double smallest = largest;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double size = std::max(std::abs(values[i]), uncertainty_of(i));
    const bool noise = uncertainty_of(i) == 0 && size <= kNoise * largest;
    if (std::isfinite(size) && !noise) smallest = std::min(smallest, size);
  }
  const bool apart = smallest > 0 && smallest * kMostSpan < kPlainFrom && largest >= kPlainFrom;
  if (known.empty()) {
    const bool tiny = largest > 0 && largest < std::pow(10.0, -kMostDecimals);
    const bool scientific = largest >= kHuge || tiny || apart;
    return {scientific ? 2 : std::min(decimals, kMostDecimals), scientific};
  }
  const auto [low, high] = std::minmax_element(known.begin(), known.end());
  const bool differ = *high > kMostSpan * *low;
  const int fixed = std::max(2 - magnitude_of(*high), 1 - magnitude_of(median_of(known)));
  const bool small = largest < kPlainFrom && fixed > kMostDecimalsOfSmall;
  if (largest < kHuge && !small && !apart) {
    return {std::clamp(fixed, 0, kMostDecimalsOfPlain), false};
  }
  const int mantissa = largest > 0 ? magnitude_of(largest) + fixed : 2;
  return {apart || differ ? 2 : std::clamp(mantissa, 2, kMostMantissa), true};
}

std::string column_text(double value, const ColumnDigits& digits) {
  if (!std::isfinite(value)) return number_text(value, 0);
  if (!digits.scientific)
    return without_negative_zero(fmt::format("{:.{}f}", value, digits.digits));
  return value == 0 ? "0" : without_padded_exponent(fmt::format("{:.{}e}", value, digits.digits));
}

std::string signed_column_text(double value, const ColumnDigits& digits) {
  const std::string text = column_text(value, digits);
  return value > 0 && has_digit(text) ? "+" + text : text;
}

std::string column_interval_text(const Interval& interval, const ColumnDigits& digits) {
  return column_text(interval.low, digits) + " to " + column_text(interval.high, digits);
}

std::string count_text(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace polysweep
