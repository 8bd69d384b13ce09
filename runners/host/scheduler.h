// Decides which trial runs next on which worker.
//
// Takes trials from the work source, starts workers while there are trials for
// them, and assigns attempts to workers. Short trials are assigned several ahead.
// A trial that must run alone waits until no other trial runs on its device.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runners/host/group_commit.h"
#include "runners/host/host_options.h"
#include "runners/host/progress.h"
#include "runners/host/run_state.h"
#include "runners/host/slot_worker.h"
#include "runners/host/trial_queue.h"
#include "runners/host/work_source.h"

namespace polysweep {

struct SchedulerParts {
  const HostOptions& options;
  const TrialAt& trial_at;
  WorkSource& work;
  TrialQueue& queue;
  LookAhead& look_ahead;
  std::vector<SlotWorker>& workers;
  GroupCommit& commit;
  ProgressSink& sink;
  const RunState& state;
};

class Scheduler {
 public:
  explicit Scheduler(const SchedulerParts& parts);

  // Assigns what can be assigned now. Leases are appended, not yet durable, and
  // assignments are buffered: send them after a commit. Does nothing while the run
  // is stopping. Throws Error if a worker cannot be started.
  void schedule();

  // Trials that this host holds and has not settled: queued or assigned.
  std::vector<TrialId> held() const;
  // Removes trials that other hosts have taken over from the queue, and marks
  // their attempts as lost.
  void give_up(const std::set<TrialId>& lost);

  // How many trials may still be settled by this host.
  std::size_t left() const { return parts_.work.left() + parts_.queue.size() + assigned(); }
  // No trial is left, none is assigned, and none may come.
  bool is_finished() const { return left() == 0; }

 private:
  std::size_t assigned() const;
  void take_work();
  void report_waiting();
  void start_workers();
  void assign();
  void assign_alone(int device_group);
  bool takes_ordinary(const SlotWorker& worker) const;
  bool lease(SlotWorker& worker, const std::optional<TrialToRun>& item, bool alone);
  void record_lost_attempt(const TrialToRun& item, const TrialId& id);

  SchedulerParts parts_;
  std::set<int> device_groups_;
  std::string waited_for_;  // the hosts that the last notice named
};

}  // namespace polysweep
