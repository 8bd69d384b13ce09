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

}  // namespace

std::optional<int> supported_decimals(double uncertainty) {
  if (!std::isfinite(uncertainty) || uncertainty <= 0) return std::nullopt;
  return 1 - static_cast<int>(std::floor(std::log10(uncertainty)));
}

std::string number_text(double value, int decimals) {
  if (std::isnan(value)) return "not a number";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  if (std::abs(value) < kHuge && decimals <= kMostDecimals) {
    return without_negative_zero(fmt::format("{:.{}f}", value, std::max(decimals, 0)));
  }
  if (value == 0) return "0";
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
  return fmt::format("{:.{}e}", value, std::clamp(magnitude + decimals, 1, 9));
}

std::string rounded_text(double value, double uncertainty) {
  // An uncertainty beyond what a double can tell apart is rounding noise.
  if (uncertainty < kNoise * std::abs(value)) return significant_text(value);
  const auto decimals = supported_decimals(uncertainty);
  return decimals ? number_text(value, *decimals) : significant_text(value);
}

std::string significant_text(double value) {
  if (!std::isfinite(value)) return number_text(value, 0);
  return without_negative_zero(fmt::format("{:.6g}", value));
}

std::string interval_text(const Interval& interval) {
  const double half = (interval.high - interval.low) / 2;
  return rounded_text(interval.low, half) + " to " + rounded_text(interval.high, half);
}

std::string signed_text(double value, double uncertainty) {
  std::string text = rounded_text(value, uncertainty);
  return value > 0 && text.find_first_of("123456789") != std::string::npos ? "+" + text : text;
}

std::string p_text(double p) {
  return p < 1e-4 ? fmt::format("{:.1e}", p) : fmt::format("{:.3g}", p);
}

std::string count_text(std::size_t count, const std::string& noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace polysweep
