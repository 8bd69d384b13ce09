#include "reports/text/escaping.h"

#include <algorithm>
#include <cstdint>

#include "framework/core/name_rule.h"
#include "framework/core/utf8.h"

namespace polysweep {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Printable ASCII alone, as nearly all texts are: nothing to clean.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool shown(std::uint32_t value) {
  if (value < 0x20) return value == '\n' || value == '\t';
  const bool control = value >= 0x7F && value < 0xA0;
  const bool direction = (value >= 0x202A && value <= 0x202E) ||
                         (value >= 0x2066 && value <= 0x2069) || value == 0x200E || value == 0x200F;
  const bool line = value == 0x2028 || value == 0x2029;
  return !control && !direction && !line;
}

std::string on_one_line(std::string_view text) {
  std::string line = clean_text(text);
  for (char& c : line) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return line;
}

// Between letters or digits: there '_' does not begin or end emphasis.
bool inside_word(std::string_view text, std::size_t at) {
  const auto word = [&](std::size_t i) { return is_letter_or_digit(text[i]); };
  return at > 0 && at + 1 < text.size() && word(at - 1) && word(at + 1);
}

}  // namespace

std::string clean_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    const std::size_t size = std::max<std::size_t>(point.size, 1);
    const bool windows_line = text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    if (!windows_line) {
      clean.append(point.size > 0 && shown(point.value) ? text.substr(at, size) : kReplacement);
    }
    at += size;
  }
  return clean;
}

std::string html_escaped(std::string_view text) {
  std::string clean = clean_text(text);
  if (clean.find_first_of("&<>\"'") == std::string::npos) return clean;
  std::string escaped;
  for (const char c : clean) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string markdown_escaped(std::string_view text) {
  const std::string line = on_one_line(text);
  std::string escaped;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const char c = line[at];
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '|':
        escaped += "&#124;";
        break;
      case '@':  // a mention, an address
        escaped += "&#64;";
        break;
      case ':':  // a bare address becomes a link
        escaped += escaped.ends_with("http") || escaped.ends_with("https") ? "&#58;" : ":";
        break;
      case '\\':
      case '`':
      case '*':
      case '[':
      case ']':
      case '~':
      case '$':
        escaped += '\\';
        escaped += c;
        break;
      case '_':
        escaped += inside_word(line, at) ? "_" : "\\_";
        break;
      case '#':
        escaped += escaped.empty() ? "\\#" : "#";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string terminal_escaped(std::string_view text) { return on_one_line(text); }

std::string shell_escaped(std::string_view text) {
  const std::string word = clean_text(text);
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8U | (at + i < bytes.size() ? static_cast<std::uint8_t>(bytes[at + i]) : 0U);
    }
    const std::size_t digits = bytes.size() - at >= 3 ? 4 : bytes.size() - at + 1;
    for (std::size_t i = 0; i < 4; ++i) {
      text += i < digits ? kDigits[group >> (18 - 6 * i) & 63U] : '=';
    }
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t most) {
  const std::string clean = clean_text(text.substr(0, 4 * most + 4));
  std::size_t at = 0;
  std::size_t count = 0;
  std::size_t cut = 0;
  while (at < clean.size() && count < most) {
    if (count + 3 <= most) cut = at;
    at += utf8_sequence(std::string_view(clean).substr(at));
    ++count;
  }
  const bool complete = at == clean.size() && text.size() <= 4 * most + 4;
  return complete ? clean : clean.substr(0, cut) + "...";
}

std::size_t text_length(std::string_view text) { return utf8_length(text); }

}  // namespace polysweep
