#include "cli/shared/help_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "framework/core/utf8.h"

namespace polysweep {
namespace {

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Value> real_value(std::string_view text) {
  const auto real = number_of<double>(text);
  if (!real || !std::isfinite(*real)) return std::nullopt;
  return Value(*real);
}

std::optional<Value> integer_value(std::string_view text) {
  const auto integer = number_of<std::int64_t>(text);
  if (!integer) return std::nullopt;
  return Value(*integer);
}

std::optional<Value> boolean_value(std::string_view text) {
  const std::string word = ascii_lower_case(text);
  if (word == "true") return Value(true);
  if (word == "false") return Value(false);
  return std::nullopt;
}

std::optional<Value> text_value(std::string_view text) {
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos) return std::nullopt;
  return Value(std::string(text));
}

bool is_quoted(std::string_view text) {
  return text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0];
}

// The position of the bracket that encloses `at`; npos: none.
std::size_t opening_bracket(std::string_view text, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i-- > 0;) {
    if (text[i] == ')' || text[i] == ']') ++depth;
    if (text[i] != '(' && text[i] != '[') continue;
    if (depth == 0) return i;
    --depth;
  }
  return std::string_view::npos;
}

std::size_t closing_bracket(std::string_view text, std::size_t opening) {
  int depth = 0;
  for (std::size_t i = opening; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[') ++depth;
    if ((text[i] == ')' || text[i] == ']') && --depth == 0) return i;
  }
  return text.size();
}

// Where the value after "default" begins; npos: this is not the statement of a default.
std::size_t value_begin(std::string_view lower, std::size_t after, bool enclosed) {
  for (const std::string_view joint : {" value is ", " value: ", "s to ", " is ", ": ", "=", ":"}) {
    if (lower.substr(after).starts_with(joint)) return after + joint.size();
  }
  return enclosed && lower.substr(after).starts_with(' ') ? after + 1 : std::string_view::npos;
}

std::size_t value_end(std::string_view text, std::size_t begin, std::size_t limit) {
  std::size_t end = limit;
  for (const std::string_view stop : {"; ", ". ", ", required", ", env"}) {
    end = std::min({end, text.find(stop, begin), limit});
  }
  return end;
}

}  // namespace

std::string ascii_lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

std::optional<Value> help_value(std::string_view text, std::optional<ValueType> type) {
  const std::string word = trimmed(text);
  if (is_quoted(word)) {
    const std::string inside = word.substr(1, word.size() - 2);
    return !type || *type == ValueType::kText ? text_value(inside) : help_value(inside, type);
  }
  const std::string lower = ascii_lower_case(word);
  if (word.empty() || lower == "none" || lower == "null" || lower == "???") return std::nullopt;
  if (std::string_view("[({<$").find(word[0]) != std::string_view::npos) return std::nullopt;
  if (type) {
    switch (*type) {
      case ValueType::kBoolean:
        return boolean_value(word);
      case ValueType::kInteger:
        return integer_value(word);
      case ValueType::kReal:
        return real_value(word);
      case ValueType::kText:
      case ValueType::kStructured:
      case ValueType::kAbsent:
        return text_value(word);
    }
  }
  if (const auto integer = integer_value(word)) return integer;
  if (const auto real = real_value(word)) return real;
  return text_value(word);
}

std::optional<ValueType> placeholder_type(std::string_view placeholder) {
  // "<int range> [x>=1]"
  if (placeholder.starts_with('<')) {
    placeholder = placeholder.substr(1, placeholder.find('>') - 1);
  }
  const std::string lower = ascii_lower_case(trimmed(placeholder));
  struct Row {
    std::string_view word;
    ValueType type;
  };
  static constexpr std::array<Row, 18> kRows = {{{"float", ValueType::kReal},
                                                 {"float range", ValueType::kReal},
                                                 {"double", ValueType::kReal},
                                                 {"int", ValueType::kInteger},
                                                 {"integer", ValueType::kInteger},
                                                 {"integer range", ValueType::kInteger},
                                                 {"int range", ValueType::kInteger},
                                                 {"bool", ValueType::kBoolean},
                                                 {"boolean", ValueType::kBoolean},
                                                 {"str", ValueType::kText},
                                                 {"string", ValueType::kText},
                                                 {"text", ValueType::kText},
                                                 {"path", ValueType::kText},
                                                 {"file", ValueType::kText},
                                                 {"filename", ValueType::kText},
                                                 {"directory", ValueType::kText},
                                                 {"uuid", ValueType::kText},
                                                 {"datetime", ValueType::kText}}};
  for (const Row& row : kRows) {
    if (row.word == lower) return row.type;
  }
  return std::nullopt;
}

std::vector<std::string> choice_words(std::string_view placeholder) {
  const std::string text = trimmed(placeholder);
  if (text.size() < 3) return {};
  const bool braces = text.front() == '{' && text.back() == '}';
  const bool brackets =
      (text.front() == '[' && text.back() == ']') || (text.front() == '<' && text.back() == '>');
  const char separator = braces ? ',' : '|';
  if ((!braces && !brackets) || (brackets && text.find('|') == std::string::npos)) return {};
  std::vector<std::string> words;
  std::size_t begin = 1;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(separator, begin), text.size() - 1);
    std::string word = trimmed(text.substr(begin, end - begin));
    if (!word.empty() && word != "...") words.push_back(std::move(word));
    begin = end + 1;
  }
  return words;
}

std::optional<std::string> take_default(std::string& description) {
  const std::string lower = ascii_lower_case(description);
  for (std::size_t at = lower.find("default"); at != std::string::npos;
       at = lower.find("default", at + 1)) {
    const std::size_t opening = opening_bracket(description, at);
    const bool enclosed = opening != std::string::npos;
    const std::size_t begin = value_begin(lower, at + 7, enclosed);
    if (begin == std::string::npos) continue;
    const std::size_t closing =
        enclosed ? closing_bracket(description, opening) : description.size();
    const std::size_t end = value_end(description, begin, closing);
    std::string value = trimmed(description.substr(begin, end - begin));
    if (!enclosed && value.ends_with('.')) value.pop_back();
    if (take_required(value)) return std::nullopt;
    const std::size_t cut = enclosed ? opening : at;
    const std::size_t cut_end = enclosed ? std::min(closing + 1, description.size()) : end;
    description = trimmed(description.substr(0, cut) + description.substr(cut_end));
    return value;
  }
  // Boost.Program_options: "arg (=4)".
  if (const std::size_t at = description.find("(="); at != std::string::npos) {
    const std::size_t end = closing_bracket(description, at);
    const std::string value = description.substr(at + 2, end - at - 2);
    description = trimmed(description.substr(0, at) +
                          description.substr(std::min(end + 1, description.size())));
    return value;
  }
  return std::nullopt;
}

bool take_required(std::string& description) {
  for (const std::string_view mark : {"[required]", "(required)", "; required"}) {
    const std::size_t at = description.find(mark);
    if (at == std::string::npos) continue;
    description = trimmed(description.substr(0, at) + description.substr(at + mark.size()));
    return true;
  }
  return false;
}

}  // namespace polysweep
