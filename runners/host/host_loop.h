// The loop of a host's run.
//
// Each turn schedules attempts, makes all that was recorded durable with one sync,
// and only then sends the leases and counts the ends; then it waits for workers
// and handles what they have sent. Used by host.cc only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "framework/journal/journal_writer.h"
#include "runners/host/attempt_endings.h"
#include "runners/host/group_commit.h"
#include "runners/host/host_options.h"
#include "runners/host/progress.h"
#include "runners/host/run_state.h"
#include "runners/host/scheduler.h"
#include "runners/host/slot_worker.h"
#include "runners/host/trial_queue.h"
#include "runners/host/work_source.h"
#include "runners/host/worker_listener.h"
#include "runners/process/stop_flag.h"
#include "runners/store/host_lease.h"
#include "runners/store/stop_file.h"

namespace polysweep {

struct HostParts {
  const HostOptions& options;
  JournalWriter& journal;
  HostLease& lease;
  StopFile& stop_file;
  ProgressSink& sink;
  StopFlag& stop;
};

class HostLoop {
 public:
  HostLoop(HostParts parts, WorkSource& work, const TrialAt& trial_at, const RunSize& size);

  // Once only.
  HostResult run();

 private:
  void wait_for_events();
  void handle_stop_requests();
  void watch_time();
  void start_stopping(const std::string& sentence);
  void keep_lease();
  void kill_lost();
  void commit();
  void stop_at_breaker();
  ProgressCounts progress_counts() const;
  bool is_finished() const;
  void shut_down_workers();
  void record_end();

  const HostOptions& options_;
  HostLease& lease_;
  StopFile& stop_file_;
  ProgressSink& sink_;
  StopFlag& stop_;
  WorkSource& work_;
  const RunSize size_;

  RunState state_;
  HostResult result_;
  TrialQueue queue_;
  LookAhead look_ahead_;
  std::vector<SlotWorker> workers_;
  GroupCommit commit_;
  AttemptEndings endings_;
  Scheduler scheduler_;
  WorkerListener listener_;
  double stop_deadline_s_ = 0;
  double run_started_s_ = 0;
};

}  // namespace polysweep
