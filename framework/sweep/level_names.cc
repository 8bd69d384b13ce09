#include "framework/sweep/level_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace polysweep {
namespace {

constexpr int kFewestDigits = 3;
constexpr int kLongDigits = 6;  // a number of more digits is shortened
constexpr int kAllDigits = 17;  // of a double
constexpr double kPlainFrom = 1e-3;
constexpr double kPlainTo = 1e6;

// Significant digits of a number as it is written.
int digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, text.find_first_of("eE"))) {
    if (c >= '0' && c <= '9') digits += c;
  }
  digits.erase(0, digits.find_first_not_of('0'));
  return static_cast<int>(digits.size());
}

std::string rounded(double value, int digits) { return fmt::format("{:.{}e}", value, digits - 1); }

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// "4.64e-3" or "0.00464". Zeros at the end stand only where the digits are more than the fewest:
// there they tell levels apart.
std::string written(double value, int digits, bool scientific) {
  const bool trims = digits <= kFewestDigits;
  const std::string number = rounded(value, digits);
  const std::size_t e = number.find('e');
  const int power = std::stoi(number.substr(e + 1));
  if (scientific) {
    const std::string mantissa = number.substr(0, e);
    return (trims ? without_trailing_zeros(mantissa) : mantissa) + "e" + std::to_string(power);
  }
  const std::string plain = fmt::format("{:.{}f}", value, std::max(0, digits - 1 - power));
  return trims ? without_trailing_zeros(plain) : plain;
}

// The fewest digits at which each of ascending numbers differs from its neighbours.
std::vector<int> telling_digits(const std::vector<double>& numbers) {
  std::vector<int> digits(numbers.size(), kFewestDigits);
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    int apart = kFewestDigits;
    while (apart < kAllDigits && rounded(numbers[i - 1], apart) == rounded(numbers[i], apart)) {
      ++apart;
    }
    digits[i - 1] = std::max(digits[i - 1], apart);
    digits[i] = std::max(digits[i], apart);
  }
  return digits;
}

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

LevelNames::LevelNames(const std::vector<Value>& levels) {
  std::vector<double> numbers;
  bool any_long = false;
  for (const Value& level : levels) {
    if (level.type() != ValueType::kReal) continue;
    numbers.push_back(level.real());
    any_long = any_long || digits_of(level.display()) > kLongDigits;
  }
  if (!any_long) return;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  const bool scientific = std::any_of(numbers.begin(), numbers.end(), [](double number) {
    const double size = std::abs(number);
    return (size > 0 && size < kPlainFrom) || size >= kPlainTo;
  });
  const std::vector<int> digits = telling_digits(numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::string exact = Value(numbers[i]).display();
    const int all = digits_of(exact);
    const bool is_long = all > kLongDigits;
    const std::string name =
        written(numbers[i], is_long ? digits[i] : std::max(all, kFewestDigits), scientific);
    if (name.size() < exact.size()) short_.emplace(numbers[i], name);
  }
}

std::string LevelNames::of(const Value& level) const {
  if (level.type() != ValueType::kReal || short_.empty()) return level.display();
  const auto known = short_.find(level.real());
  return known == short_.end() ? level.display() : known->second;
}

std::vector<std::size_t> matching_levels(const std::vector<Value>& levels, std::string_view text) {
  const std::optional<double> number = number_of(text);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const bool alike = levels[i].display() == text ||
                       (number && levels[i].is_number() && levels[i].real() == *number);
    if (alike) found.push_back(i);
  }
  if (!found.empty() || !number) return found;
  const int digits = std::clamp(digits_of(text), kFewestDigits, kAllDigits);
  const std::string wanted = rounded(*number, digits);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (levels[i].type() != ValueType::kReal || rounded(levels[i].real(), digits) != wanted) {
      continue;
    }
    if (!found.empty()) return {};
    found.push_back(i);
  }
  return found;
}

}  // namespace polysweep
