#include "runners/process/printable_output.h"

#include "framework/core/utf8.h"

namespace polysweep {

std::string printable(std::string_view bytes) {
  std::string result;
  while (!bytes.empty()) {
    const std::size_t size = utf8_sequence(bytes);
    const auto first = static_cast<unsigned char>(bytes[0]);
    const bool control = (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
    if (size > 0 && !control) {
      result.append(bytes, 0, size);
    } else if (first != '\r') {
      result += '?';
    }
    bytes.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

std::string last_lines(std::string_view tail) {
  if (tail.size() > kTailBytes) tail.remove_prefix(tail.size() - kTailBytes);
  while (!tail.empty() && tail.back() == '\n') tail.remove_suffix(1);
  std::size_t lines = 1;
  for (std::size_t i = tail.size(); i > 0; --i) {
    if (tail[i - 1] == '\n' && ++lines > kTailLines) {
      tail.remove_prefix(i);
      break;
    }
  }
  return printable(tail);
}

}  // namespace polysweep
