// Records how attempts end, decides what follows, and reports it once it is
// durable.
//
// Of an attempt that had not started, and of one whose trial another host took
// over, the end is recorded but not counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runners/host/group_commit.h"
#include "runners/host/host_options.h"
#include "runners/host/machine_breaker.h"
#include "runners/host/progress.h"
#include "runners/host/retry_policy.h"
#include "runners/host/slot_worker.h"
#include "runners/host/trial_queue.h"

namespace polysweep {

// How an attempt ended, as its worker reported it or as the worker's end shows.
struct AttemptEnd {
  Outcome outcome = Outcome::kDone;
  std::string message;
  std::string output_tail;
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::uint64_t points_refused = 0;  // as AttemptFinished
  ReportFindings findings;
};

class AttemptEndings {
 public:
  // A trial that is to be run again goes back to `queue`. Ends are counted in
  // `result` and reported to `sink`.
  AttemptEndings(const HostOptions& options, GroupCommit& commit, TrialQueue& queue,
                 HostResult& result, ProgressSink& sink);

  // Records the end of an attempt that ran, or was to run, on `device_group`.
  void end(AssignedAttempt attempt, AttemptEnd end, int device_group);

  // Counts and reports the ends that were recorded since the last call. They must
  // be durable.
  void acknowledge();

  // Why this run should stop, by the ends acknowledged so far; empty otherwise. Where
  // the plan has results of other runs, failures without a level in common at the start
  // are the machine's too.
  std::optional<std::string> breaker_sentence(bool has_other_results);
  // Of the trials settled in this run, what earlier runs had done, in trials.
  double head_starts() const { return head_starts_; }

 private:
  struct Unacknowledged {
    AttemptFailure end;
    Sequence sequence = 0;
    bool counts = false;
    std::size_t index = 0;  // of the trial
  };

  NextStep next_step_of(TrialToRun& item, Outcome outcome) const;
  void settle(const Unacknowledged& settled);
  void reopen_failed();

  const HostOptions& options_;
  GroupCommit& commit_;
  TrialQueue& queue_;
  HostResult& result_;
  ProgressSink& sink_;
  CircuitBreaker breaker_;
  MachineBreaker machine_;
  std::vector<Unacknowledged> unacknowledged_;
  double head_starts_ = 0;
  bool has_told_ = false;  // of a trial that is done and has a message
};

}  // namespace polysweep
