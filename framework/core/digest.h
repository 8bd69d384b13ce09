// SHA-256, as bytes and as hex, of memory and of files.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace polysweep {

using Sha256Bytes = std::array<std::uint8_t, 32>;

// Incremental SHA-256 (FIPS 180-4, through OpenSSL).
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  // The digest of all updates; the object then starts over.
  Sha256Bytes finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Sha256Bytes sha256(std::string_view bytes);
// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
// The same of a file's bytes as they are, read in pieces. Throws Error naming it.
std::string sha256_hex_of_file(const std::filesystem::path& path);
// Lower-case hex of any bytes.
std::string to_hex(std::span<const std::uint8_t> bytes);

// The content of a file; one that ends in .gz is decompressed. Throws
// Error naming the file.
std::string read_file_or_gz(const std::filesystem::path& path);

}  // namespace polysweep
