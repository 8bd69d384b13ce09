// How a process ended.
#pragma once

#include <string>
#include <variant>

namespace polysweep {

struct Exited {
  int code = 0;
};
struct Signalled {
  int signal = 0;
};
using ExitStatus = std::variant<Exited, Signalled>;

// "exit status 7", "signal 11 (Segmentation fault)".
std::string describe(const ExitStatus& status);

// Whether a process that ended by this signal was ended by somebody else (KILL,
// TERM, INT, HUP); other signals are caused by the process itself.
bool is_sent_from_outside(int signal);

}  // namespace polysweep
