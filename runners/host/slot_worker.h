// The worker of one slot: its process, its channel, its deadlines, and the
// attempts that are assigned to it.
//
// A worker runs its attempts in the order in which they were assigned: only the
// first can have started, and only the first may report anything. Makes no
// decisions about trials.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "framework/journal/event.h"
#include "framework/worker/channel.h"
#include "runners/host/host_options.h"
#include "runners/host/work_source.h"
#include "runners/host/worker_output.h"
#include "runners/process/child_process.h"
#include "runners/process/oom_kill_counter.h"

namespace polysweep {

// An attempt that was leased and sent to a worker.
struct AssignedAttempt {
  TrialToRun item;  // its next_attempt is the number of this attempt
  TrialId id;
  Sequence lease = 0;     // of its AttemptStarted in the journal
  bool alone = false;     // no other trial may run on its device
  bool started = false;   // the worker has reported that it started
  bool lost = false;      // another host took the trial over after our lease expired
  bool resumed = false;   // it resumed from a checkpoint
  double started_s = 0;   // monotonic
  double progress_s = 0;  // when it last reported progress
  double fraction = 0;    // done / total as it last reported

  std::uint32_t number() const { return item.next_attempt; }
};

// Why the host killed a worker, and how its current attempt ends because of it.
struct KillReason {
  Outcome outcome = Outcome::kHung;
  std::string message;
};

class SlotWorker {
 public:
  explicit SlotWorker(Slot slot);

  const Slot& slot() const { return slot_; }
  bool has_process() const { return process_ != nullptr; }
  // Whether an attempt may be assigned to it.
  bool ready() const {
    return has_process() && connected_ && !shutting_down_ && !kill_reason_.has_value();
  }
  ChildProcess& process() { return *process_; }
  Channel& channel() { return *channel_; }
  WorkerOutput& output() { return *output_; }
  // Of the slot's control group; empty if it has none.
  std::optional<OomKillCounter>& oom_kills() { return oom_kills_; }
  // Digest of the provenance in the worker's WorkerHello; "" before connect().
  const std::string& provenance() const { return provenance_; }

  // Starts a process in this slot; logs go to `folder_of` a trial. Throws Error if
  // it cannot be started.
  void start(const WorkerCommand& command, FolderOfTrial folder_of, double now_s);
  // Accepts the worker's first message. Throws Error with both values if protocol,
  // build or catalogue are not those of `command`.
  void connect(const WorkerHello& hello, const WorkerCommand& command);

  // Buffers the assignment and appends the attempt; channel().flush() sends it.
  void assign(const AssignTrial& assignment, AssignedAttempt attempt);
  const std::deque<AssignedAttempt>& assigned() const { return assigned_; }
  // The attempt that runs or runs next; nullptr without one.
  AssignedAttempt* current() { return assigned_.empty() ? nullptr : &assigned_.front(); }
  // The current attempt if it is this one, otherwise nullptr. Any other attempt
  // was not leased, so the worker is then rejected.
  AssignedAttempt* current(const TrialId& id, std::uint32_t attempt);
  // Removes the first attempt, or the last, and returns it.
  AssignedAttempt take_current();
  AssignedAttempt take_last();
  // Marks the attempts whose trial `is_lost` says was taken over.
  template <typename IsLost>
  void mark_lost(IsLost is_lost) {
    for (AssignedAttempt& attempt : assigned_) attempt.lost = attempt.lost || is_lost(attempt.id);
  }

  // Something was received from the worker.
  void received_at(double now_s) { received_s_ = now_s; }
  // The next message; empty if none has arrived, or after an invalid message (the
  // worker is then rejected).
  std::optional<Message> receive();
  // Kills the worker as crashed and ignores its remaining messages.
  void reject(std::string reason);
  bool rejected() const { return rejected_; }

  // Asks the worker to end: after its attempt, or (`stop`) as soon as it can.
  void shut_down(bool stop);
  bool shutting_down() const { return shutting_down_; }
  void kill(KillReason reason);
  const std::optional<KillReason>& kill_reason() const { return kill_reason_; }
  // Kills the worker if a deadline has passed.
  void enforce_deadlines(const WorkerDeadlines& deadlines, double now_s);
  // Extends all deadlines, after a time during which the host itself did not run.
  void extend_deadlines(double by_s);
  // Forgets the process, which is killed if it still runs. Its attempts remain.
  void release();

 private:
  Slot slot_;
  std::optional<OomKillCounter> oom_kills_;
  std::unique_ptr<WorkerOutput> output_;  // outlives the process, which prints to it
  std::unique_ptr<ChildProcess> process_;
  std::unique_ptr<Channel> channel_;
  std::deque<AssignedAttempt> assigned_;
  std::optional<KillReason> kill_reason_;
  std::string provenance_;
  bool connected_ = false;
  bool shutting_down_ = false;
  bool rejected_ = false;
  double process_started_s_ = 0;
  double received_s_ = 0;
};

}  // namespace polysweep
