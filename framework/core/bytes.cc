#include "framework/core/bytes.h"

#include <bit>
#include <cstring>

#include "framework/core/error.h"

namespace polysweep {

namespace {

template <typename T>
void put_fixed(char* to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<char>(value >> (8 * i));
}

template <typename T>
void append_fixed(std::string& out, T value) {
  char bytes[sizeof(T)];
  put_fixed(bytes, value);
  out.append(bytes, sizeof(T));
}

template <typename T>
void replace_fixed(std::string& out, std::size_t at, T value) {
  check(at + sizeof(T) <= out.size(), "what is written over is there");
  put_fixed(out.data() + at, value);
}

template <typename T>
T parse_fixed(std::string_view bytes) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<std::uint8_t>(bytes[i])) << (8 * i);
  }
  return value;
}

}  // namespace

void ByteWriter::u32_fixed(std::uint32_t value) { append_fixed(bytes_, value); }

void ByteWriter::u64_fixed(std::uint64_t value) { append_fixed(bytes_, value); }

void ByteWriter::u8_at(std::size_t at, std::uint8_t value) { replace_fixed(bytes_, at, value); }

void ByteWriter::u32_fixed_at(std::size_t at, std::uint32_t value) {
  replace_fixed(bytes_, at, value);
}

void ByteWriter::u64_fixed_at(std::size_t at, std::uint64_t value) {
  replace_fixed(bytes_, at, value);
}

void ByteWriter::truncate(std::size_t size) {
  check(size <= bytes_.size(), "a writer is truncated to bytes that it has");
  bytes_.resize(size);
}

void ByteWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void ByteWriter::zigzag(std::int64_t value) {
  const auto sign = static_cast<std::uint64_t>(value >> 63);
  varint((static_cast<std::uint64_t>(value) << 1) ^ sign);
}

void ByteWriter::f64(double value) { u64_fixed(std::bit_cast<std::uint64_t>(value)); }

void ByteWriter::text(std::string_view value) {
  varint(value.size());
  bytes_.append(value);
}

std::uint8_t ByteReader::u8() { return static_cast<std::uint8_t>(raw(1)[0]); }

std::uint32_t ByteReader::u32_fixed() { return parse_fixed<std::uint32_t>(raw(4)); }

std::uint64_t ByteReader::u64_fixed() { return parse_fixed<std::uint64_t>(raw(8)); }

std::uint64_t ByteReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  fail("a number of more than 64 bits at byte {} of {}", at_, bytes_.size());
}

std::int64_t ByteReader::zigzag() {
  const std::uint64_t value = varint();
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

double ByteReader::f64() { return std::bit_cast<double>(u64_fixed()); }

std::string_view ByteReader::text() {
  const std::uint64_t size = varint();
  if (size > left()) fail("truncated: a text of {} bytes where {} are left", size, left());
  return raw(static_cast<std::size_t>(size));
}

std::string_view ByteReader::raw(std::size_t size) {
  if (size > left()) fail("truncated: {} bytes wanted where {} are left", size, left());
  const std::string_view result = bytes_.substr(at_, size);
  at_ += size;
  return result;
}

void ByteReader::expect_end() const {
  if (left() != 0) fail("{} bytes too many after byte {}", left(), at_);
}

}  // namespace polysweep
