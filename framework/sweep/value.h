// A parameter's value: a boolean, an integer, a real number or a text.
//
// A value has one canonical text (a JSON token), which is what trial identity
// is made of: reals are written in the shortest form that reads back to the
// same double and always differ from integers ("3.0", "1e-05"); -0.0 is 0.0;
// NaN and infinities are not values.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace polysweep {

enum class ValueType { kBoolean, kInteger, kReal, kText };

// "boolean", "integer", "real", "text".
std::string_view type_name(ValueType type);
// Throws Error for any other name.
ValueType type_from_name(std::string_view name);

class Value {
 public:
  Value() : Value(false) {}
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(int value) : data_(static_cast<std::int64_t>(value)) {}
  // Throws Error for NaN and infinities.
  explicit Value(double value);
  // Throws Error unless `value` is UTF-8 without NUL.
  explicit Value(std::string value);
  explicit Value(const char* value) : Value(std::string(value)) {}

  ValueType type() const { return static_cast<ValueType>(data_.index()); }
  bool is_number() const;

  // Each of these checks that the type fits; real() takes an integer too.
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;
  const std::string& text() const;

  // The JSON token of identity: true, 3, 3.0, "adam".
  std::string canonical() const;
  void append_canonical(std::string& out) const;
  // For display: as canonical(), but a text has no quotes.
  std::string display() const;

  friend bool operator==(const Value&, const Value&) = default;
  // Total order: by type, then by value.
  friend std::strong_ordering operator<=>(const Value& a, const Value& b);

 private:
  std::variant<bool, std::int64_t, double, std::string> data_;
};

}  // namespace polysweep
