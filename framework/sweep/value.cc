#include "framework/sweep/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"
#include "framework/sweep/scalar_reader.h"

namespace polysweep {

namespace {

constexpr std::string_view kTypeNames[] = {"boolean", "integer", "real", "text"};

// The shortest digits that read back, laid out by our own rule, so that no
// library's version changes an identity: plain from 1e-4 to below 1e16, else
// with an exponent of at least two digits.
void append_real(std::string& out, double value) {
  char digits_at[40];
  const auto written = std::to_chars(digits_at, digits_at + sizeof digits_at, std::abs(value),
                                     std::chars_format::scientific);
  const std::string_view text(digits_at, static_cast<std::size_t>(written.ptr - digits_at));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const char* sign = text.data() + e + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, written.ptr, exponent);
  std::string digits(1, text[0]);
  if (e > 2) digits.append(text, 2, e - 2);

  if (value < 0) out += '-';
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (digits.size() > 1) out.append(1, '.').append(digits, 1);
    out += fmt::format("e{}{:02}", exponent < 0 ? '-' : '+', std::abs(exponent));
  } else if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  } else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    out.append(digits, 0, whole).append(1, '.');
    out += digits.size() > whole ? std::string_view(digits).substr(whole) : "0";
  }
}

template <typename T>
std::optional<T> whole_number(std::string_view words) {
  T value{};
  const char* begin = words.data() + (words.starts_with('+') ? 1 : 0);
  const char* end = words.data() + words.size();
  const auto read = std::from_chars(begin, end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

template <typename T>
std::strong_ordering order(const T& a, const T& b) {
  return a < b   ? std::strong_ordering::less
         : b < a ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

}  // namespace

std::string_view type_name(ValueType type) { return kTypeNames[static_cast<std::size_t>(type)]; }

ValueType type_from_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kTypeNames); ++i) {
    if (kTypeNames[i] == name) return static_cast<ValueType>(i);
  }
  fail("unknown type {}; known: boolean, integer, real, text", in_quotes(name));
}

Value::Value(double value) : data_(value == 0 ? 0.0 : value) {
  if (!std::isfinite(value)) fail("{} is no value; a real number must be finite", value);
}

Value::Value(std::string value) : data_(std::move(value)) {
  const std::string& kept = std::get<std::string>(data_);
  if (kept.find('\0') != std::string::npos) fail("the text {} has a NUL in it", in_quotes(kept));
  if (!is_utf8(kept)) fail("the text {} is not UTF-8", in_quotes(kept));
}

bool Value::is_number() const {
  return type() == ValueType::kInteger || type() == ValueType::kReal;
}

bool Value::boolean() const {
  check(type() == ValueType::kBoolean, "the value is a boolean");
  return std::get<bool>(data_);
}

std::int64_t Value::integer() const {
  check(type() == ValueType::kInteger, "the value is an integer");
  return std::get<std::int64_t>(data_);
}

double Value::real() const {
  check(is_number(), "the value is a number");
  if (type() == ValueType::kInteger) return static_cast<double>(std::get<std::int64_t>(data_));
  return std::get<double>(data_);
}

const std::string& Value::text() const {
  check(type() == ValueType::kText, "the value is a text");
  return std::get<std::string>(data_);
}

std::string Value::canonical() const {
  std::string out;
  append_canonical(out);
  return out;
}

void Value::append_canonical(std::string& out) const {
  switch (type()) {
    case ValueType::kBoolean:
      out += boolean() ? "true" : "false";
      return;
    case ValueType::kInteger:
      fmt::format_to(std::back_inserter(out), "{}", integer());
      return;
    case ValueType::kReal:
      append_real(out, std::get<double>(data_));
      return;
    case ValueType::kText:
      append_json_text(out, text());
      return;
  }
}

std::string Value::display() const { return type() == ValueType::kText ? text() : canonical(); }

std::strong_ordering operator<=>(const Value& a, const Value& b) {
  if (a.type() != b.type()) return a.type() <=> b.type();
  switch (a.type()) {
    case ValueType::kBoolean:
      return a.boolean() <=> b.boolean();
    case ValueType::kInteger:
      return a.integer() <=> b.integer();
    case ValueType::kReal:
      return order(a.real(), b.real());
    case ValueType::kText:
      return a.text() <=> b.text();
  }
  return std::strong_ordering::equal;
}

Value value_from_json(std::string_view json) {
  const bool bare = !json.empty() && json.front() > ' ' && json.back() > ' ';
  ScalarDocument document = read_scalars(json);
  if (document.is_object || !bare) fail("{} is not one JSON value", in_quotes(json));
  return std::move(document.entries.at(0).second);
}

Value value_from_words(std::string_view words) {
  if (words == "true") return Value(true);
  if (words == "false") return Value(false);
  if (words.size() >= 2 && words.front() == '"' && words.back() == '"') {
    return value_from_json(words);
  }
  if (words.size() >= 2 && words.front() == '\'' && words.back() == '\'') {
    return Value(std::string(words.substr(1, words.size() - 2)));
  }
  const bool numeric = words.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  if (numeric) {
    if (const auto integer = whole_number<std::int64_t>(words)) return Value(*integer);
    if (const auto real = whole_number<double>(words)) return Value(*real);
  }
  return Value(std::string(words));
}

}  // namespace polysweep
