// Makes the output of a program safe for a terminal, piece by piece: colours and
// carriage returns stay, all other control sequences are replaced.
#pragma once

#include <string>
#include <string_view>

namespace polysweep {

class TerminalSanitizer {
 public:
  // The next bytes of the output, made safe. Control characters except newline, tab
  // and carriage return, escape sequences except colours (CSI ... m), and C1
  // controls become "?". An incomplete sequence is held back for the next call.
  std::string safe(std::string_view bytes);

 private:
  bool take(char byte, std::string& out);

  std::string held_;  // the beginning of a sequence
};

}  // namespace polysweep
