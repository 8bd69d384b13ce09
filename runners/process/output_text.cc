#include "runners/process/output_text.h"

namespace polysweep {

std::string printable(std::string_view bytes) {
  std::string result;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    std::size_t length = c < 0x80 ? 1 : c >= 0xC2 && c < 0xE0 ? 2 : (c >> 4) == 0xE ? 3 : 0;
    if (c >= 0xF0 && c < 0xF5) length = 4;
    bool whole = length > 0 && i + length <= bytes.size();
    for (std::size_t k = 1; whole && k < length; ++k) whole = (bytes[i + k] & 0xC0) == 0x80;
    if (whole && length == 3) {
      const auto next = static_cast<unsigned char>(bytes[i + 1]);
      whole = !(c == 0xE0 && next < 0xA0) && !(c == 0xED && next >= 0xA0);
    } else if (whole && length == 4) {
      const auto next = static_cast<unsigned char>(bytes[i + 1]);
      whole = !(c == 0xF0 && next < 0x90) && !(c == 0xF4 && next >= 0x90);
    }
    if (!whole) {
      result += '?';
      ++i;
      continue;
    }
    const bool control = (c < 0x20 && c != '\n' && c != '\t') || c == 0x7F;
    if (control) {
      if (c != '\r') result += '?';
    } else {
      result.append(bytes.substr(i, length));
    }
    i += length;
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
