// One run of a host: the loop, the leases, the commits. Used by host.cc alone.
//
// Each turn of the loop waits for workers, takes in all they have said, ends
// the attempts of those that died, leases what shall be run next, makes all of
// that durable with one sync, and only then counts the ends and sends the
// leases out. Nothing is acknowledged before its sync has returned.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runners/host/host.h"
#include "runners/process/oom_kill_counter.h"
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

class HostRun {
 public:
  HostRun(HostParts parts, WorkSource& work, const TrialAt& trial_at, const RunSize& size);

  HostResult run();

 private:
  // How an attempt ended, whoever found out.
  struct Ending {
    Outcome outcome = Outcome::kDone;
    std::string message;
    std::string output_tail;
    double elapsed_s = 0;
    double peak_memory_bytes = 0;
  };
  // An end that is counted once it is durable.
  struct Pending {
    AttemptFailure end;
    bool put_back = false;  // it had not begun
    bool lost = false;      // another host had taken it over: it does not count
  };

  // host_run.cc
  void wait_for_news();
  void look_at_stop_requests();
  void begin_stopping(const std::string& sentence);
  void keep_lease();
  void give_up_lost();
  void commit();
  void acknowledge();
  void report_progress(bool last = false);
  bool finished() const;
  void send_home();

  // host_feeding.cc
  void take_work();
  void fill_seats();
  void feed();
  void feed_alone(int device_group);
  bool feeds_ordinary(const SlotWorker& seat) const;
  std::size_t at_hand() const;
  bool lease(SlotWorker& seat, const std::optional<TrialToRun>& item, bool alone);

  // host_listening.cc
  void listen(SlotWorker& seat);
  void hear(SlotWorker& seat, const Message& message);
  void greeted(SlotWorker& seat, const WorkerHello& hello);
  Flight* moves_on(SlotWorker& seat, const TrialId& id, std::uint32_t attempt);
  void attempt_ended(SlotWorker& seat, const AttemptEnded& ended);
  void bury(SlotWorker& seat, const ExitStatus& status);
  Ending ending_of(const SlotWorker& seat, const ExitStatus& status, bool out_of_memory) const;
  void put_back_all(SlotWorker& seat);
  void kill_left_behind();
  void end_attempt(SlotWorker& seat, Flight flight, Ending ending);
  void append_point(const Event& event);
  void append_state(const Event& event);

  const HostOptions& options_;
  JournalWriter& journal_;
  HostLease& lease_;
  StopFile& stop_file_;
  ProgressSink& sink_;
  StopFlag& stop_;
  WorkSource& work_;
  const TrialAt& trial_at_;
  const RunSize size_;

  TrialQueue queue_;
  LookAhead look_ahead_;
  std::vector<SlotWorker> seats_;
  std::set<int> device_groups_;
  OomKillCounter oom_kills_;  // of all workers that have no group of their own
  CircuitBreaker breaker_;
  std::set<std::string> provenances_;  // digests that the journal has
  HostResult result_;
  std::vector<Pending> pending_;
  std::vector<Message> heard_;  // from one worker, in this turn
  int deaths_in_a_row_ = 0;     // of workers before any trial began
  bool state_to_sync_ = false;
  bool stopping_ = false;
  double metrics_since_s_ = -1;  // when the first metric not yet durable was written
  double stop_deadline_s_ = 0;
  double begun_s_ = 0;
  double head_starts_ = 0;  // of settled trials, what was done before this run
  double now_s_ = 0;        // at the beginning of this turn
  std::string waited_for_;  // whom the last notice named
};

}  // namespace polysweep
