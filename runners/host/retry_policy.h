// What happens to a trial whose attempt has ended, and when a whole sweep stops.
//
// Pure decisions, no processes: the table "Failures are data" of the
// documentation of reliability.
//   done, diverged          settled
//   error                   fails at once: it would fail again
//   crashed                 retried 2 times, then fails
//   out of memory           retried once, alone on its device, then fails
//   hung, timed out         retried once (together), then fails
//   preempted        run again, at no cost; fails when it never ends otherwise
//   host lost, stopped   run again, at no cost
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/journal/event.h"

namespace polysweep {

// How often a trial's attempts have ended badly so far, in this run and before.
struct FailureCounts {
  int crashed = 0;
  int out_of_memory = 0;
  int hung = 0;       // hung or timed out
  int preempted = 0;  // killed from outside, in this run

  // Counts an attempt that ended with `outcome`, but for preemptions: those of
  // earlier runs cost nothing, those of this run are counted by the host.
  void add(Outcome outcome);
};

struct RetryLimits {
  int crashed = 2;
  int out_of_memory = 1;
  int hung = 1;
  int preempted = 10;  // a trial whose worker is killed this often is at fault
};

enum class NextStep : std::uint8_t {
  kSettled,     // done or diverged: final
  kFailed,      // failed for good: final
  kRetry,       // run again
  kRetryAlone,  // run again with no other trial on its device
};

// `counts` has the attempt that ended with `outcome` in it already.
NextStep next_step(Outcome outcome, const FailureCounts& counts, const RetryLimits& limits);

// Stops a sweep whose first k settled trials all failed in the same way: the
// fault lies with the sweep, not with the trials. k = 0: never.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(int k = 3) : k_(k) {}

  // A trial was settled by `outcome`. Numbers and addresses in `message` do not
  // count when messages are compared.
  void settled(Outcome outcome, std::string_view message);
  // One sentence that says why the sweep stops; empty while it goes on.
  std::optional<std::string> sentence() const;

 private:
  int k_;
  int same_ = 0;
  bool open_ = true;  // nothing has spoken against stopping yet
  std::string first_class_;
  std::string first_message_;
};

}  // namespace polysweep
