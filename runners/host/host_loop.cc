#include "runners/host/host_loop.h"

#include <poll.h>

#include <algorithm>
#include <set>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr double kTurn_s = 0.1;        // a turn waits at most this long
constexpr double kSuspended_s = 5;     // after a turn this long: we or the machine were suspended
constexpr double kShutDown_s = 2;      // from a shutdown to a kill
constexpr double kLeastWorked = 0.05;  // trials, before a remaining time is estimated

std::vector<SlotWorker> workers_of(const std::vector<Slot>& slots) {
  std::vector<SlotWorker> workers;
  for (const Slot& slot : slots) workers.emplace_back(slot);
  return workers;
}

}  // namespace

HostLoop::HostLoop(HostParts parts, WorkSource& work, const TrialAt& trial_at, const RunSize& size)
    : options_(parts.options),
      lease_(parts.lease),
      stop_file_(parts.stop_file),
      sink_(parts.sink),
      stop_(parts.stop),
      work_(work),
      size_(size),
      workers_(workers_of(options_.slots)),
      commit_(parts.journal),
      endings_(options_, commit_, queue_, result_, sink_),
      scheduler_(
          {options_, trial_at, work_, queue_, look_ahead_, workers_, commit_, sink_, state_}),
      listener_({options_, workers_, commit_, endings_, look_ahead_, state_}) {}

HostResult HostLoop::run() {
  check(run_started_s_ == 0, "a loop runs once");
  run_started_s_ = state_.now_s = system_clock().monotonic_s();
  while (true) {
    handle_stop_requests();
    watch_time();
    scheduler_.schedule();
    commit();
    stop_at_breaker();
    sink_.update(progress_counts());
    if (is_finished()) break;
    wait_for_events();
    keep_lease();
    for (SlotWorker& worker : workers_) listener_.listen(worker);
    kill_lost();
    for (SlotWorker& worker : workers_) {
      worker.enforce_deadlines(options_.limits.worker, state_.now_s);
    }
  }
  shut_down_workers();
  record_end();
  sink_.finished(progress_counts());
  return result_;
}

void HostLoop::wait_for_events() {
  std::vector<pollfd> entries = {{stop_.fd(), POLLIN, 0}};
  for (SlotWorker& worker : workers_) {
    if (!worker.has_process()) continue;
    short events = POLLIN;
    if (worker.channel().unsent_bytes() > 0) events |= POLLOUT;
    if (!worker.channel().at_end()) entries.push_back({worker.channel().fd(), events, 0});
    entries.push_back({worker.process().pidfd(), POLLIN, 0});
    entries.push_back({worker.process().output(), POLLIN, 0});
  }
  poll(entries.data(), entries.size(), static_cast<int>(kTurn_s * 1000));
  const double before_s = state_.now_s;
  state_.now_s = system_clock().monotonic_s();
  check(state_.now_s >= before_s, "monotonic time does not go back");
  if (state_.now_s - before_s <= kSuspended_s) return;
  for (SlotWorker& worker : workers_) worker.extend_deadlines(state_.now_s - before_s);
}

void HostLoop::handle_stop_requests() {
  stop_.drain();
  const int requests = stop_.requests() + stop_file_.requests();
  if (requests > 0 && !result_.stopped) {
    result_.stopped = true;
    start_stopping(
        "stopping: running trials stop at their next checkpoint; a second request kills them");
  }
  if (!state_.stopping) return;
  const bool late = state_.now_s > stop_deadline_s_;
  if (requests < 2 && !late) return;
  for (SlotWorker& worker : workers_) {
    worker.kill({Outcome::kStopped, late ? fmt::format("it did not stop within {} s of the request",
                                                       options_.limits.stop_grace_s)
                                         : "killed by a second request to stop"});
  }
}

void HostLoop::watch_time() {
  const HostTime& time = options_.time;
  if (time.stop_at_s == 0 || state_.stopping) return;
  if (state_.now_s >= time.stop_at_s) {
    result_.stopped = true;
    result_.out_of_time = true;
    start_stopping("the time of this host ends: running trials stop at their next checkpoint");
    return;
  }
  if (time.trials_resume || state_.closing) return;
  const double longest_s = std::max(time.longest_trial_s, look_ahead_.longest_s());
  const double left_s = time.stop_at_s - state_.now_s;
  if (longest_s <= left_s) return;
  state_.closing = true;
  result_.out_of_time = true;
  sink_.notice(
      fmt::format("{:.0f} s are left, and a trial took {:.0f} s: no more trials are started, since "
                  "none has resumed from a checkpoint",
                  left_s, longest_s));
}

void HostLoop::start_stopping(const std::string& sentence) {
  if (state_.stopping) return;
  state_.stopping = true;
  stop_deadline_s_ = state_.now_s + options_.limits.stop_grace_s;
  sink_.notice(sentence);
  for (SlotWorker& worker : workers_) {
    for (const AssignedAttempt& attempt : worker.assigned()) {
      check(commit_.is_durable(attempt.lease), "a lease is durable before it is sent");
    }
    worker.shut_down(true);
  }
}

// If we were suspended for long, other hosts may have taken over what we hold.
void HostLoop::keep_lease() {
  const bool held = lease_.keep();
  if (held && !work_.overruled()) return;
  const std::vector<TrialId> retaken = work_.retake(scheduler_.held());
  if (retaken.empty()) return;
  const std::set<TrialId> lost(retaken.begin(), retaken.end());
  scheduler_.give_up(lost);
  sink_.notice(
      fmt::format("this host did not renew its lease of {} s in time: other hosts have taken over "
                  "{} of its trials; further results of these attempts are recorded, not counted",
                  lease_.facts().lease_s, lost.size()));
}

// After listening, so that everything a worker has sent by now is recorded.
void HostLoop::kill_lost() {
  for (SlotWorker& worker : workers_) {
    const AssignedAttempt* current = worker.current();
    if (current == nullptr || !current->lost) continue;
    worker.kill({Outcome::kHostLost, "another host took it over after this host's lease expired"});
  }
}

// Only after the sync are leases sent and ends counted.
void HostLoop::commit() {
  if (const std::optional<double> sync_s = commit_.commit(state_.now_s)) {
    look_ahead_.sync_took(*sync_s);
  }
  check(commit_.states_are_durable(), "no lease is sent before it is durable");
  endings_.acknowledge();
  for (SlotWorker& worker : workers_) {
    if (worker.has_process()) worker.channel().flush();
  }
}

void HostLoop::stop_at_breaker() {
  if (state_.stopping) return;
  const SettledElsewhere elsewhere = work_.elsewhere();
  const std::optional<std::string> sentence = endings_.breaker_sentence(
      size_.done + size_.diverged + elsewhere.done + elsewhere.diverged > 0);
  if (!sentence) return;
  result_.breaker_sentence = *sentence;
  start_stopping(*sentence);
}

ProgressCounts HostLoop::progress_counts() const {
  const SettledElsewhere elsewhere = work_.elsewhere();
  ProgressCounts counts;
  counts.planned = size_.planned;
  counts.done = size_.done + result_.done + elsewhere.done;
  counts.diverged = size_.diverged + result_.diverged + elsewhere.diverged;
  counts.failed = size_.failed + result_.failed + elsewhere.failed;
  const std::size_t settled = result_.settled() + elsewhere.all();
  double worked = static_cast<double>(settled) - endings_.head_starts();  // by this run, in trials
  double fractions = 0;
  for (const SlotWorker& worker : workers_) {
    if (worker.assigned().empty()) continue;
    ++counts.running;
    const AssignedAttempt& attempt = worker.assigned().front();
    fractions += attempt.fraction;
    worked += std::max(0.0, attempt.fraction - attempt.item.head_start.value_or(0));
  }
  const double elapsed_s = state_.now_s - run_started_s_;
  if (worked > 0 && elapsed_s > 0) {
    counts.trials_per_s = worked / elapsed_s;
    const double left = static_cast<double>(scheduler_.left()) - fractions;
    if (worked >= kLeastWorked) counts.left_s = left / counts.trials_per_s;
  }
  return counts;
}

bool HostLoop::is_finished() const {
  if (state_.closing && !state_.stopping) {
    return std::all_of(workers_.begin(), workers_.end(),
                       [](const SlotWorker& worker) { return worker.assigned().empty(); });
  }
  if (!state_.stopping) return scheduler_.left() == 0;
  return std::none_of(workers_.begin(), workers_.end(),
                      [](const SlotWorker& worker) { return worker.has_process(); });
}

// No worker outlives the run.
void HostLoop::shut_down_workers() {
  for (SlotWorker& worker : workers_) worker.shut_down(false);
  const double deadline_s = system_clock().monotonic_s() + kShutDown_s;
  for (SlotWorker& worker : workers_) {
    check(worker.assigned().empty(), "a run ends when no attempt is assigned");
    while (worker.has_process()) {
      const double left_s = deadline_s - system_clock().monotonic_s();
      if (worker.process().poll() || left_s <= 0) {
        worker.release();  // kills a process that still runs
        break;
      }
      pollfd entry{worker.process().pidfd(), POLLIN, 0};
      poll(&entry, 1, static_cast<int>(left_s * 1000) + 1);
      worker.process().read_output();
    }
  }
  listener_.kill_left_behind();
}

void HostLoop::record_end() {
  HostStopped stopped;
  stopped.reason = !result_.breaker_sentence.empty()        ? result_.breaker_sentence
                   : result_.stopped || result_.out_of_time ? "interrupted"
                                                            : "finished";
  stopped.time_us = system_clock().wall_us();
  commit_.append_state(stopped);
  commit_.sync();
}

}  // namespace polysweep
