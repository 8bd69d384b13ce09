// How a program ended, and what that makes of its trial.
//
// Pure decisions, no processes; the classes are those of event.h, what follows
// from them is decided in retry_policy.h. docs/protocol.md tells programs of it.
#pragma once

#include <string>

#include "framework/worker/worker_loop.h"
#include "runners/process/exit_status.h"

namespace polysweep {

// Exit statuses with a meaning of their own (75 is EX_TEMPFAIL of sysexits.h).
inline constexpr int kExitStoppedProgram = 75;   // stopped with a checkpoint: run it again
inline constexpr int kExitDivergedProgram = 76;  // diverged: a result, not run again
inline constexpr int kExitMemoryProgram = 77;    // no memory: run it again, alone

// Why we ended a program before it ended by itself.
enum class Interruption : std::uint8_t { kNone, kStop, kTimeLimit, kNoProgress, kDivergence };

struct CommandEnd {
  ExitStatus status;
  Interruption interruption = Interruption::kNone;
  std::string interruption_text;  // what to say of it
  bool out_of_memory = false;     // the system killed for want of memory meanwhile
  bool has_primary = false;       // it reported its primary metric
  bool has_result = false;        // it said that nothing is left to do
  std::string primary;
  std::string last_line;  // of what it printed
  std::string rejection;  // of lines of its report; "" for none
};

// Outcome and message. Where something went wrong, `rejection` is part of the
// message.
AttemptResult judge(const CommandEnd& end);

}  // namespace polysweep
