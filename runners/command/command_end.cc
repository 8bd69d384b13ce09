#include "runners/command/command_end.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include "framework/core/suggestion.h"
#include "framework/worker/memory_message.h"

namespace polysweep {

namespace {

std::string with_last_line(std::string text, const CommandEnd& end) {
  if (!end.last_line.empty()) text += fmt::format("; its last line: {}", end.last_line);
  return text;
}

std::string reported_instead(const std::string& primary, const std::vector<std::string>& names) {
  return fmt::format("; reported: {}{}", fmt::join(names, ", "),
                     suggestion_or_abbreviation(primary, names));
}

AttemptResult of_signal(int number, const CommandEnd& end) {
  const std::string what = describe(end.status);
  if (number == SIGKILL && end.out_of_memory) {
    return {Outcome::kOutOfMemory, "the system killed it because memory ran out"};
  }
  if (is_sent_from_outside(number)) {
    return {Outcome::kPreempted, fmt::format("it was killed from outside: {}", what)};
  }
  return {Outcome::kCrashed, with_last_line(fmt::format("it crashed: {}", what), end)};
}

AttemptResult of_exit(int code, const CommandEnd& end) {
  if (code == kExitDivergedProgram) {
    return {Outcome::kDiverged, fmt::format("it reported that it diverged (exit status {})", code)};
  }
  if (code == kExitStoppedProgram) {
    return {Outcome::kPreempted,
            fmt::format("it stopped itself with a checkpoint (exit status {})", code)};
  }
  const bool killed_child = code == 128 + SIGKILL && end.out_of_memory;
  if (code == kExitMemoryProgram || killed_child ||
      (code != 0 && reports_out_of_memory(end.last_line))) {
    return {Outcome::kOutOfMemory,
            with_last_line(fmt::format("it ran out of memory (exit status {})", code), end)};
  }
  if (code != 0) {
    return {Outcome::kError,
            with_last_line(fmt::format("it failed with exit status {}", code), end)};
  }
  if (end.has_primary) return {};
  const std::vector<std::string> reported(end.reported.begin(), end.reported.end());
  const std::string how = fmt::format(
      ": let it append {{\"metric\": \"{}\", \"value\": 0.5}} to the file that "
      "$POLYSWEEP_METRICS_FILE names, or say in [capture] of the sweep file where it "
      "writes its metrics (docs/protocol.md)",
      end.primary);
  return {
      Outcome::kError,
      fmt::format("it ended with exit status 0 but did not report its primary metric '{}'{}",
                  end.primary, reported.empty() ? how : reported_instead(end.primary, reported))};
}

AttemptResult of_interruption(const CommandEnd& end) {
  const Exited* exited = std::get_if<Exited>(&end.status);
  switch (end.interruption) {
    case Interruption::kTimeLimit:
      return {Outcome::kTimedOut, end.interruption_text};
    case Interruption::kNoProgress:
      return {Outcome::kHung, end.interruption_text};
    case Interruption::kDivergence:
      return {Outcome::kDiverged, end.interruption_text};
    case Interruption::kViolation:
      return {Outcome::kError, end.interruption_text};
    case Interruption::kStop:
    case Interruption::kNone:
      break;
  }
  // Many programs exit with status 0 when they are asked to stop: only a result
  // shows that the trial had ended anyway.
  if (exited != nullptr && exited->code == 0 && end.has_result && end.has_primary) return {};
  if (exited != nullptr && exited->code == kExitDivergedProgram) return of_exit(exited->code, end);
  return {Outcome::kStopped, ""};
}

}  // namespace

AttemptResult judge(const CommandEnd& end) {
  AttemptResult result;
  if (end.interruption != Interruption::kNone) {
    result = of_interruption(end);
  } else if (const auto* signalled = std::get_if<Signalled>(&end.status)) {
    result = of_signal(signalled->signal, end);
  } else {
    result = of_exit(std::get<Exited>(end.status).code, end);
  }
  if (end.rejection.empty()) return result;
  result.message += result.message.empty() ? end.rejection : "; " + end.rejection;
  return result;
}

}  // namespace polysweep
