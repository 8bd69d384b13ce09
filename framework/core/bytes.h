// Plain bytes: how records and messages are laid out.
//
// Little endian; unsigned integers as LEB128 varints, signed ones zigzagged
// first; doubles as their 8 bytes; texts as a varint length and the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace polysweep {

class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u32_fixed(std::uint32_t value);
  void u64_fixed(std::uint64_t value);
  void varint(std::uint64_t value);
  void zigzag(std::int64_t value);
  void f64(double value);
  void text(std::string_view value);
  void raw(std::string_view value) { bytes_.append(value); }
  // Overwrites what is at byte `at`.
  void u8_at(std::size_t at, std::uint8_t value);
  void u32_fixed_at(std::size_t at, std::uint32_t value);
  void u64_fixed_at(std::size_t at, std::uint64_t value);

  const std::string& bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  std::string take() { return std::move(bytes_); }
  void clear() { bytes_.clear(); }
  // Drops all but the first `size` bytes.
  void truncate(std::size_t size);

 private:
  std::string bytes_;
};

// Reads what ByteWriter wrote. Every call throws Error("truncated ...") rather
// than read beyond the end; no length is believed before it is checked.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t u8();
  std::uint32_t u32_fixed();
  std::uint64_t u64_fixed();
  std::uint64_t varint();
  std::int64_t zigzag();
  double f64();
  std::string_view text();
  std::string_view raw(std::size_t size);

  std::size_t left() const { return bytes_.size() - at_; }
  // Throws Error unless all bytes were read.
  void expect_end() const;

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace polysweep
