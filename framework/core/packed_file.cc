#include "framework/core/packed_file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr std::size_t kChunk = 256 * 1024;

[[noreturn]] void fail_to(const char* operation, const std::filesystem::path& path,
                          const char* reason) {
  fail("cannot {} {}: {}", operation, path.string(), reason);
}

template <typename Take>
void read_plain(const std::filesystem::path& path, std::size_t most_bytes, const Take& take) {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> file(std::fopen(path.c_str(), "rbe"),
                                                                std::fclose);
  if (file == nullptr) fail_to("open", path, std::strerror(errno));
  std::string chunk(kChunk, '\0');
  while (const std::size_t got =
             std::fread(chunk.data(), 1, std::min(kChunk, most_bytes), file.get())) {
    take(std::string_view(chunk.data(), got));
    most_bytes -= got;
  }
  if (std::ferror(file.get()) != 0) fail_to("read", path, std::strerror(errno));
}

std::string read_gz(const std::filesystem::path& path, std::size_t most_bytes) {
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(&gzclose)> file(gzopen(path.c_str(), "rbe"), gzclose);
  if (file == nullptr) fail_to("open", path, std::strerror(errno));
  std::string content;
  std::string chunk(kChunk, '\0');
  while (content.size() < most_bytes) {
    const std::size_t wanted = std::min(kChunk, most_bytes - content.size());
    const int got = gzread(file.get(), chunk.data(), static_cast<unsigned>(wanted));
    if (got <= 0) break;
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

void read_in_pieces(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take) {
  read_plain(path, SIZE_MAX, take);
}

std::string read_at_most(const std::filesystem::path& path, std::size_t most_bytes) {
  if (path.extension() == ".gz") return read_gz(path, most_bytes);
  std::string content;
  read_plain(path, most_bytes, [&content](std::string_view piece) { content += piece; });
  return content;
}

}  // namespace polysweep
