// A host: keeps the workers of its slots supplied with trials and writes one
// journal.
//
// A trial is leased (AttemptStarted) durably before a worker learns of it, and its
// end is durable before it is counted. Short trials are assigned to a worker
// several ahead; a worker that ends unexpectedly fails only the trial that it was
// running. While the host runs it renews its lease (host_lease.h); if another host
// has taken a trial over meanwhile, what still arrives for it is recorded, not
// counted, and the attempt is killed. One thread: workers end when the thread that
// called run() does.
#pragma once

#include <memory>
#include <vector>

#include "framework/core/file_system.h"
#include "framework/journal/journal_writer.h"
#include "runners/host/host_options.h"
#include "runners/host/progress.h"
#include "runners/host/work_source.h"
#include "runners/process/stop_flag.h"
#include "runners/store/host_lease.h"

namespace polysweep {

class Host {
 public:
  // Opens the journal and records HostStarted. Throws Error if the worker's program
  // does not exist or another host of this name is running.
  Host(FileSystem& files, HostOptions options);
  // Kills what still runs and records nothing.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // For records that precede run() (runners/store/plan_journal.h).
  JournalWriter& journal();
  WriterEpoch epoch() const;

  // Runs the trials of `work` until none is left, a stop is requested (through
  // `stop` or `polysweep stop`), or the circuit breaker opens; no worker is left
  // when it returns. Once only. Throws Error if a worker cannot be started or is of
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
  bool has_run_ = false;
};

}  // namespace polysweep
