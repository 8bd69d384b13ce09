#include "runners/process/exit_status.h"

#include <fmt/format.h>
#include <signal.h>
#include <string.h>

namespace polysweep {

std::string describe(const ExitStatus& status) {
  if (const auto* exited = std::get_if<Exited>(&status)) {
    return fmt::format("exit status {}", exited->code);
  }
  const int number = std::get<Signalled>(status).signal;
  return fmt::format("signal {} ({})", number, strsignal(number));
}

bool is_sent_from_outside(int signal) {
  return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP;
}

}  // namespace polysweep
