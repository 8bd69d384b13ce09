// A host: keeps the workers of its slots fed with trials and writes one journal.
//
// A trial is leased (AttemptStarted) durably before a worker hears of it, and
// its end is durable before it is counted. Short trials are given to a worker
// several ahead; a worker that dies takes only the trial that it had begun with
// it, the others are put back at no cost. While it lives it says so (its lease,
// host_lease.h); of a trial that was taken over while it was stopped, what comes
// late is recorded, and what still runs is given up. One thread; it must be the
// one that runs for as long as the workers shall live.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/journal_writer.h"
#include "framework/sweep/trial.h"
#include "runners/host/progress.h"
#include "runners/host/retry_policy.h"
#include "runners/host/slot_worker.h"
#include "runners/host/trial_queue.h"
#include "runners/host/work_source.h"
#include "runners/process/slots.h"
#include "runners/process/stop_flag.h"
#include "runners/store/host_lease.h"

namespace polysweep {

// Makes a trial whole: (index) -> trial.
using TrialAt = std::function<Trial(std::size_t)>;

struct HostLimits {
  WorkerDeadlines worker;
  double stop_grace_s = 30;  // from a request to stop until workers are killed
  int starts = 3;            // deaths in a row before any trial began: an Error
  int breaker_trials = 3;    // see CircuitBreaker; 0: never
  RetryLimits retries;
};

struct HostOptions {
  std::filesystem::path store;  // absolute; journal in STORE/journal/NAME
  std::string name;             // of the host; its journal's folder
  std::string sweep;            // for others to see
  double lease_s = 30;          // how long it may be silent before others take over
  WorkerCommand worker;
  std::vector<Slot> slots;            // at least one
  std::filesystem::path data_folder;  // "" where no trial reads data
  HostLimits limits;
  // Its workers start programs, and this process has no children but workers:
  // what a worker leaves behind is killed (runners/process/process_tree.h).
  bool workers_have_children = false;
};

struct HostResult {
  // Trials settled in this run.
  std::size_t done = 0;
  std::size_t diverged = 0;
  std::size_t failed = 0;
  // Attempts that ended badly and were run again.
  std::size_t retried = 0;
  bool stopped = false;          // somebody asked for it; trials are left
  std::string breaker_sentence;  // why the sweep was stopped; "" where it was not
};

// What a run begins with besides its list: counts of the whole plan, for people.
struct RunSize {
  std::size_t planned = 0;
  std::size_t done = 0;  // settled by earlier runs
  std::size_t diverged = 0;
  std::size_t failed = 0;
};

class Host {
 public:
  // Opens the journal and writes HostStarted. Throws Error where the worker's
  // program is not there (it says where it looked) or another host of this name
  // writes the journal.
  Host(FileSystem& files, HostOptions options);
  // Kills what still runs. Writes nothing.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // For what a coordinator has to say before run() (runners/store/plan_journal.h).
  JournalWriter& journal();
  WriterEpoch epoch() const;

  // Runs what `work` gives until nothing is left, a stop is requested (by `stop`
  // or `polysweep stop`), or the circuit breaker opens; no worker is left when it
  // returns. Once only. Throws Error where a worker cannot be started, is of
  // another build, or the journal cannot be written.
  HostResult run(WorkSource& work, const TrialAt& trial_at, const RunSize& size, ProgressSink& sink,
                 StopFlag& stop);
  // The same with trials that no other host runs.
  HostResult run(std::vector<TrialToRun> trials, const TrialAt& trial_at, const RunSize& size,
                 ProgressSink& sink, StopFlag& stop);

 private:
  FileSystem& files_;
  HostOptions options_;
  std::unique_ptr<JournalWriter> journal_;
  std::unique_ptr<HostLease> lease_;
};

}  // namespace polysweep
