// How a program ended, and which outcome of its attempt follows.
//
// Pure decisions without side effects. The outcomes are those of event.h; what
// follows from them is decided in retry_policy.h. Documented in docs/protocol.md.
#pragma once

#include <set>
#include <string>

#include "framework/worker/worker_loop.h"
#include "runners/process/exit_status.h"

namespace polysweep {

// Exit statuses with a special meaning (75 is EX_TEMPFAIL of sysexits.h).
inline constexpr int kExitStoppedProgram = 75;   // stopped with a checkpoint: run it again
inline constexpr int kExitDivergedProgram = 76;  // diverged: a result, not run again
inline constexpr int kExitMemoryProgram = 77;    // out of memory: run it again, alone

// Why we ended a program.
enum class Interruption : std::uint8_t {
  kNone,
  kStop,
  kTimeLimit,
  kNoProgress,
  kDivergence,
  kViolation
};

struct CommandEnd {
  ExitStatus status;
  Interruption interruption = Interruption::kNone;
  std::string interruption_text;  // for the message
  bool out_of_memory = false;     // the system killed a process because memory ran out
  bool has_primary = false;       // it reported its primary metric
  bool has_result = false;        // it reported its result: nothing is left to do
  std::string primary;
  std::set<std::string, std::less<>> reported;  // metrics
  std::string last_line;                        // of its output
  std::string rejection;                        // which lines of its report were rejected, or ""
};

// Outcome and message. The message includes `rejection`.
AttemptResult judge(const CommandEnd& end);

}  // namespace polysweep
