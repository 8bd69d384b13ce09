#include "framework/sweep/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "framework/core/utf8.h"

namespace polysweep {

namespace {

constexpr std::string_view kTypeNames[] = {"boolean", "integer",    "real",
                                           "text",    "structured", "absent"};
constexpr std::size_t kParameterTypes = 5;  // all but the last

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
    const auto digits_before_point = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < digits_before_point)
      digits.append(digits_before_point - digits.size(), '0');
    out.append(digits, 0, digits_before_point).append(1, '.');
    out += digits.size() > digits_before_point
               ? std::string_view(digits).substr(digits_before_point)
               : "0";
  }
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
  for (std::size_t i = 0; i < kParameterTypes; ++i) {
    if (kTypeNames[i] == name) return static_cast<ValueType>(i);
  }
  fail("unknown type {}; known: boolean, integer, real, text, structured", in_quotes(name));
}

Value::Value(double value) : data_(value == 0 ? 0.0 : value) {
  if (!std::isfinite(value)) fail("{} is not a value; a real number must be finite", value);
}

Value::Value(std::string value) : data_(std::move(value)) {
  const std::string& kept = std::get<std::string>(data_);
  if (kept.find('\0') != std::string::npos) fail("the text {} contains a NUL", in_quotes(kept));
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

const std::string& Value::structure() const {
  check(type() == ValueType::kStructured, "the value is a list or table");
  return std::get<Structure>(data_).canonical;
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
    case ValueType::kStructured:
      out += structure();
      return;
    case ValueType::kAbsent:
      out += "null";
      return;
  }
}

std::string Value::display() const {
  if (is_absent()) return "absent";
  return type() == ValueType::kText ? text() : canonical();
}

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
    case ValueType::kStructured:
      return a.structure() <=> b.structure();
    case ValueType::kAbsent:
      break;
  }
  return std::strong_ordering::equal;
}

}  // namespace polysweep
