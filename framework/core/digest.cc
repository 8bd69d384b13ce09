#include "framework/core/digest.h"

#include <openssl/evp.h>

#include <cstdint>

#include "framework/core/error.h"
#include "framework/core/packed_file.h"

namespace polysweep {

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  EVP_MD_CTX_free};

  // With `method`, or the previous one if it is nullptr: OpenSSL looks a method
  // up again each time, which takes longer than the digest of a short text.
  void begin(const EVP_MD* method) {
    check(context != nullptr && EVP_DigestInit_ex(context.get(), method, nullptr) == 1,
          "OpenSSL knows SHA-256");
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->begin(EVP_sha256()); }

Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1,
        "a digest takes any bytes");
}

Sha256Bytes Sha256::finish() {
  Sha256Bytes digest{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) == 1 && size == 32,
        "SHA-256 has 32 bytes");
  state_->begin(nullptr);
  return digest;
}

Sha256Bytes sha256(std::string_view bytes) {
  thread_local Sha256 digest;
  digest.update(bytes);
  return digest.finish();
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string sha256_hex_of_file(const std::filesystem::path& path) {
  Sha256 hash;
  read_in_pieces(path, [&](std::string_view piece) { hash.update(piece); });
  return to_hex(hash.finish());
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return text;
}

std::string read_file_or_gz(const std::filesystem::path& path) {
  return read_at_most(path, SIZE_MAX);
}

}  // namespace polysweep
