// One slot of a host with the worker that sits in it and the trials it was given.
//
// Knows the process, the channel and the deadlines; decides nothing about trials.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/sweep/trial.h"
#include "framework/worker/channel.h"
#include "runners/host/trial_queue.h"
#include "runners/host/worker_output.h"
#include "runners/process/child_process.h"
#include "runners/process/oom_kill_counter.h"
#include "runners/process/slots.h"
#include "runners/process/worker_command.h"

namespace polysweep {

struct WorkerDeadlines {
  double heartbeat_s = 30;  // without a sign of life a worker is killed: hung
  double progress_s = 600;  // without a metric or progress of its trial likewise
  double wall_s = 0;        // of one attempt; 0: none
  double start_s = 120;     // from start to greeting
};

// A trial that was leased and sent to the worker.
struct Flight {
  TrialToRun item;
  TrialId id;
  bool alone = false;
  bool begun = false;
  bool lost = false;      // another host took it over while ours was silent
  double begun_s = 0;     // monotonic
  double progress_s = 0;  // of its last sign of progress
  double fraction = 0;    // done / total as it last said
  bool resumed = false;   // not begun from nothing
};

// Why we killed a worker, and what is to be said of its trial.
struct KillReason {
  Outcome outcome = Outcome::kHung;
  std::string message;
};

class SlotWorker {
 public:
  explicit SlotWorker(Slot slot);

  const Slot& slot() const { return slot_; }
  bool occupied() const { return process_ != nullptr; }
  bool ready() const { return occupied() && greeted_ && !leaving_ && !kill_reason_; }
  ChildProcess& process() { return *process_; }
  Channel& channel() { return *channel_; }
  std::deque<Flight>& flights() { return flights_; }
  const std::deque<Flight>& flights() const { return flights_; }
  const std::string& provenance() const { return provenance_; }

  WorkerOutput& output() { return *output_; }
  // Of the slot's control group; empty where it has none.
  std::optional<OomKillCounter>& oom_kills() { return oom_kills_; }

  // Starts a process in this seat; logs go to `folder_of` a trial. Throws Error
  // where it cannot.
  void start(const WorkerCommand& command, FolderOfTrial folder_of, double now_s);
  // Checks its greeting. Throws Error that says both where protocol, build or
  // catalogue are not those of `command`.
  void greet(const WorkerHello& hello, const WorkerCommand& command);
  void seen(double now_s) { seen_s_ = now_s; }

  // What its worker says next; empty where nothing is there, or after it said
  // something that is no message (it is killed for that: crashed).
  std::optional<Message> receive();
  // The flight that may speak as this attempt: the head. nullptr, and the worker
  // is killed, where that is another: it is not what we leased.
  Flight* speaker(const TrialId& id, std::uint32_t attempt);
  // Kills and listens no more.
  void silence(std::string reason);
  bool silenced() const { return silenced_; }

  // Tells the worker to end: after its trial, or (stop) as soon as it can.
  void ask_to_leave(bool stop);
  void kill(KillReason reason);
  const std::optional<KillReason>& kill_reason() const { return kill_reason_; }
  bool leaving() const { return leaving_; }
  // Kills where a deadline has passed.
  void enforce(const WorkerDeadlines& deadlines, double now_s);
  // We slept: nobody is late for it.
  void forgive(double slept_s);
  // Its process has ended and was read: the seat is empty, its flights are left.
  void vacate();

 private:
  Slot slot_;
  std::optional<OomKillCounter> oom_kills_;
  std::unique_ptr<WorkerOutput> output_;  // outlives the process, which prints to it
  std::unique_ptr<ChildProcess> process_;
  std::unique_ptr<Channel> channel_;
  std::deque<Flight> flights_;
  std::optional<KillReason> kill_reason_;
  std::string provenance_;  // digest of what its worker said, once it is greeted
  bool greeted_ = false;
  bool leaving_ = false;
  bool silenced_ = false;
  double started_s_ = 0;
  double seen_s_ = 0;
};

}  // namespace polysweep
