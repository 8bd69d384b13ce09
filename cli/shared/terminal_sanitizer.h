// What a program printed, made safe for a terminal, piece after piece: colours
// and going back to the beginning of the line stay, nothing else that steers it.
#pragma once

#include <string>
#include <string_view>

namespace polysweep {

class TerminalSanitizer {
 public:
  // Of the bytes printed next. Control characters but newline, tab and carriage
  // return, escape sequences but those that colour (CSI ... m), and C1 controls
  // become "?". What may still become such a sequence is held back for the next call.
  std::string safe(std::string_view bytes);

 private:
  bool take(char byte, std::string& out);

  std::string held_;  // the beginning of a sequence
};

}  // namespace polysweep
