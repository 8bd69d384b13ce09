#include "scoring/unicode_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>

#include "framework/core/error.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

constexpr std::uint32_t kCapitalSigma = 0x3A3;
constexpr std::uint32_t kSmallSigma = 0x3C3;
constexpr std::uint32_t kFinalSigma = 0x3C2;
constexpr std::uint32_t kCapitalDottedI = 0x130;
constexpr std::uint32_t kDotAbove = 0x307;

struct CodePointRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Other_Lowercase and Other_Uppercase of Unicode's PropList.txt.
constexpr CodePointRange kOtherCased[] = {
    {0xAA, 0xAA},       {0xBA, 0xBA},       {0x2B0, 0x2B8},     {0x2C0, 0x2C1},
    {0x2E0, 0x2E4},     {0x345, 0x345},     {0x37A, 0x37A},     {0x1D2C, 0x1D6A},
    {0x1D78, 0x1D78},   {0x1D9B, 0x1DBF},   {0x2071, 0x2071},   {0x207F, 0x207F},
    {0x2090, 0x209C},   {0x2160, 0x217F},   {0x24B6, 0x24E9},   {0x2C7C, 0x2C7D},
    {0xA69C, 0xA69D},   {0xA770, 0xA770},   {0xA7F8, 0xA7F9},   {0xAB5C, 0xAB5F},
    {0x10780, 0x10780}, {0x10783, 0x10785}, {0x10787, 0x107B0}, {0x107B2, 0x107BA},
    {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};

// Word_Break = MidLetter, MidNumLet or Single_Quote (WordBreakProperty.txt).
constexpr std::uint32_t kMidWord[] = {0x27,   0x2E,   0x3A,   0xB7,   0x387,  0x55F,
                                      0x5F4,  0x2018, 0x2019, 0x2024, 0x2027, 0xFE13,
                                      0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A};

bool is_cased(std::uint32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      return std::any_of(
          std::begin(kOtherCased), std::end(kOtherCased),
          [c](const CodePointRange& range) { return range.first <= c && c <= range.last; });
  }
}

bool is_case_ignorable(std::uint32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return std::find(std::begin(kMidWord), std::end(kMidWord), c) != std::end(kMidWord);
  }
}

// The Unicode Standard, table 3-17: a cased letter before and none after,
// case-ignorable characters passed over.
bool ends_a_word(const std::vector<std::uint32_t>& text, std::size_t sigma) {
  std::size_t before = sigma;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = sigma + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

// The code point that begins at `text` (not empty), and its bytes.
struct Decoded {
  std::uint32_t code_point;
  std::size_t bytes;  // 0: not UTF-8
};

Decoded decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t code_point = 0;
  const utf8proc_ssize_t bytes = utf8proc_iterate(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
      static_cast<utf8proc_ssize_t>(std::min<std::size_t>(text.size(), 4)), &code_point);
  if (bytes <= 0) return {0, 0};
  return {static_cast<std::uint32_t>(code_point), static_cast<std::size_t>(bytes)};
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Bytes of the white space that `text` (not empty) begins with, 0 for none.
std::size_t white_space_bytes(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return is_white_space(first) ? 1 : 0;
  if (first != 0xC2 && first != 0xE1 && first != 0xE2 && first != 0xE3) return 0;
  const Decoded decoded = decode(text);
  return decoded.bytes > 0 && is_white_space(decoded.code_point) ? decoded.bytes : 0;
}

}  // namespace

void append_code_points(std::vector<std::uint32_t>& out, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode(text.substr(at));
    if (decoded.bytes == 0) {
      fail("not UTF-8: byte 0x{:02x} at byte {} begins no character",
           static_cast<unsigned>(static_cast<unsigned char>(text[at])), at);
    }
    out.push_back(decoded.code_point);
    at += decoded.bytes;
  }
}

std::vector<std::uint32_t> code_points(std::string_view text) {
  std::vector<std::uint32_t> out;
  out.reserve(text.size());
  append_code_points(out, text);
  return out;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  utf8proc_uint8_t bytes[4];
  const utf8proc_ssize_t count =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

bool is_white_space(std::uint32_t c) {
  if (c < 0x80) return (c >= 0x9 && c <= 0xD) || (c >= 0x1C && c <= 0x20);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = white_space_bytes(text.substr(at));
    if (space == 0) {
      ++at;
      continue;
    }
    if (at > begin) words.push_back(text.substr(begin, at - begin));
    at += space;
    begin = at;
  }
  if (text.size() > begin) words.push_back(text.substr(begin));
  return words;
}

std::string_view strip_right(std::string_view text) {
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && is_utf8_continuation(text[last])) --last;
    if (white_space_bytes(text.substr(last)) != text.size() - last) break;
    text.remove_suffix(text.size() - last);
  }
  return text;
}

std::string lower_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  if (is_ascii(text)) {
    for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
  }
  const std::vector<std::uint32_t> points = code_points(text);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i] == kCapitalSigma) {
      append_utf8(out, ends_a_word(points, i) ? kFinalSigma : kSmallSigma);
    } else if (points[i] == kCapitalDottedI) {
      out += 'i';
      append_utf8(out, kDotAbove);
    } else {
      append_utf8(out, static_cast<std::uint32_t>(
                           utf8proc_tolower(static_cast<utf8proc_int32_t>(points[i]))));
    }
  }
  return out;
}

}  // namespace polysweep
