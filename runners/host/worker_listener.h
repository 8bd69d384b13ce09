// Handles what workers send and how they end.
//
// Records provenances, metrics, texts and the ends of attempts. A worker that ends
// unexpectedly takes only its current attempt with it; the other attempts that
// were assigned to it are ended without being counted, and their trials queued
// again.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "framework/worker/message.h"
#include "runners/host/attempt_endings.h"
#include "runners/host/group_commit.h"
#include "runners/host/host_options.h"
#include "runners/host/run_state.h"
#include "runners/host/slot_worker.h"
#include "runners/host/trial_queue.h"
#include "runners/process/oom_kill_counter.h"

namespace polysweep {

struct ListenerParts {
  const HostOptions& options;
  std::vector<SlotWorker>& workers;
  GroupCommit& commit;
  AttemptEndings& endings;
  LookAhead& look_ahead;
  const RunState& state;
};

class WorkerListener {
 public:
  explicit WorkerListener(const ListenerParts& parts) : parts_(parts) {}

  // Handles everything that this worker has sent, and its end. Throws Error if the
  // worker is of another build, or too many workers in a row ended before a trial
  // started.
  void listen(SlotWorker& worker);

  // Kills processes that were started by workers which have ended.
  void kill_left_behind();

 private:
  void connected(SlotWorker& worker, const WorkerHello& hello);
  void handle(SlotWorker& worker, const Message& message);
  AssignedAttempt* progressed(SlotWorker& worker, const TrialId& id, std::uint32_t attempt);
  void started(SlotWorker& worker, const AttemptRunning& message);
  void progress(SlotWorker& worker, const ProgressMade& message);
  void ended(SlotWorker& worker, const AttemptEnded& message);
  void exited(SlotWorker& worker, const ExitStatus& status);
  void return_assigned(SlotWorker& worker);
  void expect_start(const SlotWorker& worker, const ExitStatus& status, const std::string& output);
  void end(SlotWorker& worker, AssignedAttempt attempt, AttemptEnd end);

  ListenerParts parts_;
  OomKillCounter oom_kills_;           // for workers without a control group of their own
  std::set<std::string> provenances_;  // digests of those in the journal
  std::vector<Message> messages_;      // of one worker, in this turn
  int ends_before_start_ = 0;          // consecutive workers that ended before a trial started
};

}  // namespace polysweep
