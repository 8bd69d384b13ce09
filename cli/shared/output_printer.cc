#include "cli/shared/output_printer.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kPiece = 1024 * 1024;

}  // namespace

void OutputPrinter::print(std::string_view bytes) {
  if (!terminal_) return write_all(bytes);
  write_all(text_.safe(bytes));
}

void OutputPrinter::print_rest(FollowedFile& log) {
  for (std::string piece;; piece.clear()) {
    const bool more = log.read_more(piece, kPiece);
    print(piece);
    if (!more) return;
  }
}

void OutputPrinter::write_all(std::string_view bytes) {
  any_ = any_ || !bytes.empty();
  while (!bytes.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail("cannot print: {}", std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace polysweep
