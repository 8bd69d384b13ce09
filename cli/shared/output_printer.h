// Prints what a trial printed on standard output.
#pragma once

#include <string_view>

#include "cli/shared/terminal.h"
#include "cli/shared/terminal_sanitizer.h"
#include "runners/process/followed_file.h"

namespace polysweep {

// Bytes as they are; on a terminal without control sequences. Not buffered: what was
// printed with fmt before must be flushed first.
class OutputPrinter {
 public:
  // Throws Error if standard output cannot be written.
  void print(std::string_view bytes);
  // Prints what was added to `log` since the last call.
  void print_rest(FollowedFile& log);
  bool any() const { return any_; }

 private:
  void write_all(std::string_view bytes);

  const bool terminal_ = output_is_terminal();
  TerminalSanitizer text_;
  bool any_ = false;
};

}  // namespace polysweep
