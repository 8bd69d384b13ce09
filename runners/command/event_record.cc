#include "runners/command/event_record.h"

#include <bit>
#include <optional>

#include "framework/core/bytes.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

// Numbers of the fields.
constexpr std::uint64_t kEventStep = 2;
constexpr std::uint64_t kEventSummary = 5;
constexpr std::uint64_t kSummaryValue = 1;
constexpr std::uint64_t kValueTag = 1;
constexpr std::uint64_t kValueSimple = 2;
constexpr std::uint64_t kValueTensor = 8;
constexpr std::uint64_t kTensorType = 1;
constexpr std::uint64_t kTensorContent = 4;
constexpr std::uint64_t kTensorFloats = 5;
constexpr std::uint64_t kTensorDoubles = 6;

constexpr std::uint64_t kFloatType = 1;   // DT_FLOAT
constexpr std::uint64_t kDoubleType = 2;  // DT_DOUBLE

struct Field {
  std::uint64_t number = 0;
  std::uint64_t integer = 0;  // of a varint, and the bits of a fixed number
  std::string_view bytes;     // of what has a length
  bool has_length = false;
};

Field next_field(ByteReader& in) {
  const std::uint64_t key = in.varint();
  Field field;
  field.number = key >> 3;
  switch (key & 7) {
    case 0:
      field.integer = in.varint();
      return field;
    case 1:
      field.bytes = in.raw(8);
      field.integer = ByteReader(field.bytes).u64_fixed();
      return field;
    case 2:
      field.bytes = in.text();
      field.has_length = true;
      return field;
    case 5:
      field.bytes = in.raw(4);
      field.integer = ByteReader(field.bytes).u32_fixed();
      return field;
    default:
      fail("field {} has wire type {}, which event files do not have", field.number, key & 7);
  }
}

double as_float(std::uint64_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
}

// Empty unless the tensor is one float or double.
std::optional<double> scalar_of(std::string_view tensor) {
  std::uint64_t type = 0;
  std::string_view numbers;
  ByteReader in(tensor);
  while (in.left() > 0) {
    const Field field = next_field(in);
    if (field.number == kTensorType) type = field.integer;
    const bool is_number = field.number == kTensorContent || field.number == kTensorFloats ||
                           field.number == kTensorDoubles;
    if (is_number) numbers = field.bytes;
  }
  if (type == kFloatType && numbers.size() == 4) return as_float(ByteReader(numbers).u32_fixed());
  if (type == kDoubleType && numbers.size() == 8) return ByteReader(numbers).f64();
  return std::nullopt;
}

void read_value(std::string_view message, EventScalars& out) {
  std::string_view tag;
  std::optional<double> value;
  ByteReader in(message);
  while (in.left() > 0) {
    const Field field = next_field(in);
    if (field.number == kValueTag) tag = field.bytes;
    if (field.number == kValueSimple) value = as_float(field.integer);
    if (field.number == kValueTensor) value = scalar_of(field.bytes);
  }
  if (value) out.values.emplace_back(tag, *value);
}

}  // namespace

EventScalars read_event_record(std::string_view record) {
  EventScalars out;
  ByteReader in(record);
  while (in.left() > 0) {
    const Field field = next_field(in);
    if (field.number == kEventStep) out.step = static_cast<std::int64_t>(field.integer);
    if (field.number != kEventSummary || !field.has_length) continue;
    ByteReader summary(field.bytes);
    while (summary.left() > 0) {
      const Field value = next_field(summary);
      if (value.number == kSummaryValue && value.has_length) read_value(value.bytes, out);
    }
  }
  return out;
}

}  // namespace polysweep
