// What a host is given and what it returns: options, limits, counts.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "framework/sweep/trial.h"
#include "runners/host/retry_policy.h"
#include "runners/process/slots.h"
#include "runners/process/worker_command.h"

namespace polysweep {

// Builds the trial with this index of the caller's list.
using TrialAt = std::function<Trial(std::size_t)>;
// The levels of that trial's cell, without the replicate.
using LevelsAt = std::function<Parameters(std::size_t)>;

// When a worker is killed. 0: no limit.
struct WorkerDeadlines {
  double heartbeat_s = 30;  // since its last message: hung
  double progress_s = 600;  // since its trial last reported a metric or progress: hung
  double wall_s = 0;        // since its attempt started: timed out
  double start_s = 120;     // from the start of the process to its first message
};

struct HostLimits {
  WorkerDeadlines worker;
  double stop_grace_s = 30;  // from a request to stop until workers are killed
  int starts = 3;            // consecutive workers that end before a trial starts: an Error
  int breaker_trials = 3;    // see CircuitBreaker; 0: never
  int machine_failures = 0;  // see MachineBreaker; 0: never
  RetryLimits retries;
};

// When the time of a host ends from outside, as with a job of a batch system.
struct HostTime {
  double stop_at_s = 0;  // system_clock().monotonic_s(): stops as on request; 0: never
  // Of a trial, in earlier runs; 0: unknown. A trial that would take longer than what is
  // left is not started, unless trials resume from checkpoints.
  double longest_trial_s = 0;
  bool trials_resume = false;
};

struct HostOptions {
  std::filesystem::path store;  // absolute; the journal is in STORE/journal/NAME
  std::string name;             // of the host and of its journal's folder
  std::string sweep;            // shown to others
  double lease_s = 30;          // how long without a renewal until others take over
  WorkerCommand worker;
  std::vector<Slot> slots;            // at least one
  std::filesystem::path data_folder;  // "" if no trial reads data
  HostLimits limits;
  HostTime time;
  LevelsAt levels_at;  // empty: no two trials share a level
  // Workers start programs, and this process has no children but workers: the
  // host kills what a worker leaves behind (runners/process/process_tree.h).
  bool workers_have_children = false;
};

struct HostResult {
  // Trials settled in this run.
  std::size_t done = 0;
  std::size_t diverged = 0;
  std::size_t failed = 0;
  // Attempts that failed and were run again.
  std::size_t retried = 0;
  bool stopped = false;          // on request; some trials may not be settled
  bool out_of_time = false;      // HostTime ended it; some trials may not be settled
  std::string breaker_sentence;  // why a breaker stopped the run, or ""
  std::size_t reopened = 0;      // failed trials that are pending again because of it

  std::size_t settled() const { return done + diverged + failed; }
};

// Counts of the plan before this run, for progress reports.
struct RunSize {
  std::size_t planned = 0;
  std::size_t done = 0;  // settled by earlier runs
  std::size_t diverged = 0;
  std::size_t failed = 0;
};

}  // namespace polysweep
