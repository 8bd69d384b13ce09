#include "results/schema/stored_text.h"

#include "framework/core/error.h"
#include "framework/core/utf8.h"

namespace polysweep {

std::string stored_text(std::string_view text) {
  if (is_utf8(text) && text.find('\0') == std::string_view::npos) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t size = text.front() == '\0' ? 0 : utf8_sequence(text);
    if (size == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
    } else {
      out += text.substr(0, size);
      text.remove_prefix(size);
    }
  }
  return out;
}

}  // namespace polysweep
