#include "framework/core/digest.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kChunk = 256 * 1024;

[[noreturn]] void fail_to(const char* operation, const std::filesystem::path& path,
                          const char* reason) {
  fail("cannot {} {}: {}", operation, path.string(), reason);
}

template <typename Take>
void read_pieces(const std::filesystem::path& path, Take take) {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "rbe"),
                                                                std::fclose);
  if (file == nullptr) fail_to("open", path, std::strerror(errno));
  std::string chunk(kChunk, '\0');
  while (const std::size_t got = std::fread(chunk.data(), 1, kChunk, file.get())) {
    take(std::string_view(chunk.data(), got));
  }
  if (std::ferror(file.get()) != 0) fail_to("read", path, std::strerror(errno));
}

std::string read_plain(const std::filesystem::path& path) {
  std::string content;
  read_pieces(path, [&](std::string_view piece) { content += piece; });
  return content;
}

std::string read_gz(const std::filesystem::path& path) {
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rbe"), gzclose);
  if (file == nullptr) fail_to("open", path, std::strerror(errno));
  std::string content;
  std::string chunk(kChunk, '\0');
  int got = 0;
  while ((got = gzread(file.get(), chunk.data(), static_cast<unsigned>(kChunk))) > 0) {
    content.append(chunk.data(), static_cast<std::size_t>(got));
  }
  int code = Z_OK;
  const char* reason = gzerror(file.get(), &code);
  if (code != Z_OK && code != Z_STREAM_END) {
    fail_to("read", path, code == Z_ERRNO ? std::strerror(errno) : reason);
  }
  if (gzdirect(file.get()) != 0) fail_to("read", path, "it ends in .gz but is not gzip");
  return content;
}

}  // namespace

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
  read_pieces(path, [&](std::string_view piece) { hash.update(piece); });
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
  return path.extension() == ".gz" ? read_gz(path) : read_plain(path);
}

}  // namespace polysweep
