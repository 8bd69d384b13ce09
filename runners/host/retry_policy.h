// What follows the end of an attempt, and when a sweep stops.
//
// Pure decisions without side effects:
//   done, diverged       the trial is settled
//   error                fails immediately, since it would fail again
//   crashed              retried twice, then fails
//   out of memory        retried once, alone on its device, then fails
//   hung, timed out      retried once (counted together), then fails
//   preempted            run again; fails after 10 preemptions in one run
//   host lost, stopped   run again
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/journal/event.h"

namespace polysweep {

// How often a trial's attempts have failed so far, in this run and earlier ones.
struct FailureCounts {
  int crashed = 0;
  int out_of_memory = 0;
  int hung = 0;       // hung or timed out
  int preempted = 0;  // killed from outside, in this run

  // Counts an attempt that ended with `outcome`, except for preemptions: those of
  // earlier runs do not count, and the host counts those of this run.
  void add(Outcome outcome);
};

struct RetryLimits {
  int crashed = 2;
  int out_of_memory = 1;
  int hung = 1;
  int preempted = 10;  // a trial whose worker is killed this often causes it
};

enum class NextStep : std::uint8_t {
  kSettled,     // done or diverged: final
  kFailed,      // final
  kRetry,       // run again
  kRetryAlone,  // run again with no other trial on its device
};

// `counts` includes the attempt that ended with `outcome`.
NextStep next_step(Outcome outcome, const FailureCounts& counts, const RetryLimits& limits);

// The outcome and the message without numbers, addresses and ids, which differ between
// trials that fail in the same way.
std::string failure_class(Outcome outcome, std::string_view message);

// Stops a sweep whose first k settled trials all failed in the same way: the cause
// is then the sweep, not its trials. k = 0: never.
class CircuitBreaker {
 public:
  explicit CircuitBreaker(int k = 3) : k_(k) {}

  // A trial was settled with `outcome`. Messages are compared without the numbers
  // and addresses in them.
  void settled(Outcome outcome, std::string_view message);
  // A sentence that says why the sweep stops; empty while it continues.
  std::optional<std::string> sentence() const;

 private:
  int k_;
  int same_ = 0;
  bool open_ = true;  // every settled trial so far has failed in the same way
  std::string first_class_;
  std::string first_message_;
};

}  // namespace polysweep
