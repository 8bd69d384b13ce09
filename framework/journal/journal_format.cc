#include "framework/journal/journal_format.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <charconv>

namespace polysweep {

namespace {

constexpr std::string_view kEnding = ".psj";

}  // namespace

std::string segment_name(std::uint64_t segment) { return fmt::format("{:06}{}", segment, kEnding); }

std::vector<std::uint64_t> segment_numbers(const std::vector<std::string>& names) {
  std::vector<std::uint64_t> numbers;
  for (const std::string& name : names) {
    std::uint64_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (number > 0 && name == segment_name(number)) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::uint32_t fragment_checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

std::uint64_t record_checksum(std::string_view bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

}  // namespace polysweep
