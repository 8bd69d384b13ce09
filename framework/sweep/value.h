// A parameter's value: a boolean, an integer, a real number, a text, or a list or table of
// values; or that it is not given at all.
//
// A value has one canonical text (a JSON token), which is what trial identity
// is made of: reals are written in the shortest form that reads back to the
// same double and always differ from integers ("3.0", "1e-05"); -0.0 is 0.0;
// NaN and infinities are not values. A list or table is compact JSON with sorted
// keys. A level at which the parameter is not given is null there; no trial's
// parameters contain it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace polysweep {

enum class ValueType { kBoolean, kInteger, kReal, kText, kStructured, kAbsent };

// "boolean", "integer", "real", "text", "structured", "absent".
std::string_view type_name(ValueType type);
// Of a parameter, which is not "absent". Throws Error for any other name.
ValueType type_from_name(std::string_view name);

class Value {
 public:
  // A list or table. `canonical` is as value_from_json() makes it (value_reader.h).
  struct Structure {
    std::string canonical;
    friend auto operator<=>(const Structure&, const Structure&) = default;
  };
  struct Absent {
    friend auto operator<=>(const Absent&, const Absent&) = default;
  };

  Value() : Value(false) {}
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(int value) : data_(static_cast<std::int64_t>(value)) {}
  // Throws Error for NaN and infinities.
  explicit Value(double value);
  // Throws Error unless `value` is UTF-8 without NUL.
  explicit Value(std::string value);
  explicit Value(const char* value) : Value(std::string(value)) {}
  explicit Value(Structure value) : data_(std::move(value)) {}
  explicit Value(Absent value) : data_(value) {}

  ValueType type() const { return static_cast<ValueType>(data_.index()); }
  bool is_number() const;

  // Each of these checks that the type fits; real() takes an integer too.
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;
  const std::string& text() const;
  const std::string& structure() const;  // its JSON
  bool is_absent() const { return type() == ValueType::kAbsent; }

  // The JSON of identity: true, 3, 3.0, "adam", [64,64], {"a":1}.
  std::string canonical() const;
  void append_canonical(std::string& out) const;
  // For display: as canonical(), but a text has no quotes, and what is not given is "absent".
  std::string display() const;

  friend bool operator==(const Value&, const Value&) = default;
  // Total order: by type, then by value.
  friend std::strong_ordering operator<=>(const Value& a, const Value& b);

 private:
  std::variant<bool, std::int64_t, double, std::string, Structure, Absent> data_;
};

}  // namespace polysweep
