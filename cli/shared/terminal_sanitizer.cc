#include "cli/shared/terminal_sanitizer.h"

#include "framework/core/utf8.h"

namespace polysweep {
namespace {

constexpr std::size_t kLongestColour = 32;
constexpr char kEscape = '\x1b';
constexpr char kTwoByteLead = '\xc2';  // of U+0080 ... U+009F, too

bool is_control(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return (code < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || code == 0x7f;
}

}  // namespace

std::string TerminalSanitizer::safe(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char byte : bytes) {
    if (held_.empty() || !take(byte, out)) {
      if (byte == kEscape || byte == kTwoByteLead) {
        held_ = byte;
      } else {
        out += is_control(byte) ? '?' : byte;
      }
    }
  }
  return out;
}

// Continues the sequence that is held back. False: `byte` is not part of it.
bool TerminalSanitizer::take(char byte, std::string& out) {
  if (held_[0] == kTwoByteLead) {
    const auto code = static_cast<unsigned char>(byte);
    const bool follows = is_utf8_continuation(byte);
    out += follows && code >= 0xA0 ? held_ + byte : "?";
    held_.clear();
    return follows;
  }
  const bool parameter = (byte >= '0' && byte <= '9') || byte == ';' || byte == ':';
  if ((held_.size() == 1 && byte == '[') ||
      (held_.size() > 1 && parameter && held_.size() < kLongestColour)) {
    held_ += byte;
    return true;
  }
  if (held_.size() > 1 && byte == 'm') {
    out += held_ + byte;
    held_.clear();
    return true;
  }
  // Another sequence: it is shown as text.
  out += '?' + held_.substr(1);
  held_.clear();
  return false;
}

}  // namespace polysweep
