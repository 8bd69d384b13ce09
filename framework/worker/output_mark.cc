#include "framework/worker/output_mark.h"

#include <algorithm>
#include <charconv>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::string_view kEnd = "\x1E\n";

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

std::string output_mark(const TrialId& trial, std::uint32_t attempt) {
  return fmt::format("{}{} {}{}", kOutputMark, trial.hex(), attempt, kEnd);
}

std::optional<OutputMark> read_output_mark(std::string_view bytes) {
  const std::string_view whole = bytes.substr(0, kLongestOutputMark);
  const std::size_t end = whole.find(kEnd, 1);
  if (whole.size() < kIdDigits + 3 || whole[0] != kOutputMark || end == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view hex = whole.substr(1, kIdDigits);
  const std::string_view digits = whole.substr(kIdDigits + 2, end - kIdDigits - 2);
  if (!std::all_of(hex.begin(), hex.end(), is_hex) || whole[kIdDigits + 1] != ' ') {
    return std::nullopt;
  }
  OutputMark mark;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), mark.attempt);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  mark.trial = TrialId::from_hex(hex);
  mark.size = end + kEnd.size();
  return mark;
}

}  // namespace polysweep
