#include "runners/host/host_run.h"

#include <poll.h>

#include <algorithm>

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr double kTurn_s = 0.1;         // a turn waits no longer
constexpr double kMetricsSync_s = 0.1;  // metrics are durable after that time
constexpr double kSlept_s = 5;          // a turn this long: the machine or we were suspended
constexpr double kFarewell_s = 2;       // from a shutdown to the kill

}  // namespace

HostRun::HostRun(HostParts parts, WorkSource& work, const TrialAt& trial_at, const RunSize& size)
    : options_(parts.options),
      journal_(parts.journal),
      lease_(parts.lease),
      stop_file_(parts.stop_file),
      sink_(parts.sink),
      stop_(parts.stop),
      work_(work),
      trial_at_(trial_at),
      size_(size),
      breaker_(options_.limits.breaker_trials) {
  for (const Slot& slot : options_.slots) {
    seats_.emplace_back(slot);
    device_groups_.insert(slot.device_group);
  }
}

HostResult HostRun::run() {
  begun_s_ = now_s_ = system_clock().monotonic_s();
  while (true) {
    look_at_stop_requests();
    take_work();
    fill_seats();
    feed();
    commit();
    report_progress();
    if (finished()) break;
    wait_for_news();
    keep_lease();
    for (SlotWorker& seat : seats_) listen(seat);
    give_up_lost();
    for (SlotWorker& seat : seats_) seat.enforce(options_.limits.worker, now_s_);
  }
  send_home();
  HostStopped stopped;
  stopped.reason = !result_.breaker_sentence.empty() ? result_.breaker_sentence
                   : result_.stopped                 ? "interrupted"
                                                     : "finished";
  stopped.time_us = system_clock().wall_us();
  journal_.append(stopped);
  journal_.sync();
  report_progress(true);
  return result_;
}

void HostRun::wait_for_news() {
  std::vector<pollfd> entries = {{stop_.fd(), POLLIN, 0}};
  for (SlotWorker& seat : seats_) {
    if (!seat.occupied()) continue;
    short events = POLLIN;
    if (seat.channel().unsent_bytes() > 0) events |= POLLOUT;
    if (!seat.channel().at_end()) entries.push_back({seat.channel().fd(), events, 0});
    entries.push_back({seat.process().pidfd(), POLLIN, 0});
    entries.push_back({seat.process().output(), POLLIN, 0});
  }
  poll(entries.data(), entries.size(), static_cast<int>(kTurn_s * 1000));
  const double before_s = now_s_;
  now_s_ = system_clock().monotonic_s();
  if (now_s_ - before_s > kSlept_s) {
    for (SlotWorker& seat : seats_) seat.forgive(now_s_ - before_s);
  }
}

void HostRun::look_at_stop_requests() {
  stop_.drain();
  const int requests = stop_.requests() + stop_file_.requests();
  if (requests > 0 && !result_.stopped) {
    result_.stopped = true;
    begin_stopping("stopping: running trials end at their next checkpoint; once more kills them");
  }
  if (!stopping_) return;
  const bool late = now_s_ > stop_deadline_s_;
  if (requests < 2 && !late) return;
  for (SlotWorker& seat : seats_) {
    seat.kill({Outcome::kStopped, late ? fmt::format("it did not end within {} s of the request",
                                                     options_.limits.stop_grace_s)
                                       : "killed by a second request to stop"});
  }
}

void HostRun::begin_stopping(const std::string& sentence) {
  if (stopping_) return;
  stopping_ = true;
  stop_deadline_s_ = now_s_ + options_.limits.stop_grace_s;
  sink_.notice(sentence);
  for (SlotWorker& seat : seats_) seat.ask_to_leave(true);
}

// What we were given may be another host's by now, if we were stopped for long.
void HostRun::keep_lease() {
  const bool held = lease_.keep();
  if (held && !work_.overruled()) return;
  std::vector<TrialId> ids = queue_.ids();
  for (const SlotWorker& seat : seats_) {
    for (const Flight& flight : seat.flights()) ids.push_back(flight.id);
  }
  const std::vector<TrialId> retaken = work_.retake(ids);
  const std::set<TrialId> lost(retaken.begin(), retaken.end());
  if (lost.empty()) return;
  queue_.remove(lost);
  for (SlotWorker& seat : seats_) {
    for (Flight& flight : seat.flights()) flight.lost = flight.lost || lost.count(flight.id) > 0;
  }
  sink_.notice(fmt::format(
      "this host was silent for longer than its lease of {} s: {} of its trials were taken over; "
      "what it still learns of them is kept, and does not count",
      lease_.facts().lease_s, lost.size()));
}

// After listening, so that what a worker has said by now is in the record.
void HostRun::give_up_lost() {
  for (SlotWorker& seat : seats_) {
    if (seat.flights().empty() || !seat.flights().front().lost) continue;
    seat.kill({Outcome::kHostLost, "another host took it over while this one was silent"});
  }
}

void HostRun::commit() {
  const bool metrics_due = metrics_since_s_ >= 0 && now_s_ - metrics_since_s_ >= kMetricsSync_s;
  if (state_to_sync_ || metrics_due) {
    const double before_s = system_clock().monotonic_s();
    journal_.sync();
    look_ahead_.sync_took(system_clock().monotonic_s() - before_s);
    state_to_sync_ = false;
    metrics_since_s_ = -1;
  }
  acknowledge();
  for (SlotWorker& seat : seats_) {
    if (seat.occupied()) seat.channel().flush();
  }
}

void HostRun::acknowledge() {
  for (const Pending& pending : pending_) {
    const AttemptFailure& end = pending.end;
    if (pending.put_back || pending.lost) continue;
    if (end.outcome == Outcome::kDone) {
      ++result_.done;
    } else if (end.outcome == Outcome::kDiverged) {
      ++result_.diverged;
    } else if (end.final) {
      ++result_.failed;
    } else if (end.outcome != Outcome::kStopped) {
      ++result_.retried;
    }
    if (end.outcome != Outcome::kDone && end.outcome != Outcome::kStopped) sink_.failure(end);
    if (end.final) breaker_.settled(end.outcome, end.message);
  }
  pending_.clear();
  const std::optional<std::string> sentence = breaker_.sentence();
  if (sentence && !stopping_) {
    result_.breaker_sentence = *sentence;
    begin_stopping(*sentence);
  }
}

void HostRun::report_progress(bool last) {
  const SettledElsewhere elsewhere = work_.elsewhere();
  ProgressCounts counts;
  counts.planned = size_.planned;
  counts.done = size_.done + result_.done + elsewhere.done;
  counts.diverged = size_.diverged + result_.diverged + elsewhere.diverged;
  counts.failed = size_.failed + result_.failed + elsewhere.failed;
  const std::size_t settled = result_.done + result_.diverged + result_.failed + elsewhere.all();
  double worked = static_cast<double>(settled) - head_starts_;  // by this run, in trials
  double fractions = 0;
  for (const SlotWorker& seat : seats_) {
    if (seat.flights().empty()) continue;
    ++counts.running;
    const Flight& flight = seat.flights().front();
    fractions += flight.fraction;
    worked += std::max(0.0, flight.fraction - flight.item.head_start.value_or(0));
  }
  const double elapsed_s = now_s_ - begun_s_;
  if (worked > 0 && elapsed_s > 0) {
    counts.trials_per_s = worked / elapsed_s;
    const double left = static_cast<double>(work_.left() + queue_.size() + at_hand()) - fractions;
    if (worked >= 0.05) counts.left_s = left / counts.trials_per_s;
  }
  if (last) {
    sink_.finished(counts);
  } else {
    sink_.update(counts);
  }
}

bool HostRun::finished() const {
  if (!stopping_ && (!queue_.empty() || work_.left() > 0)) return false;
  return std::all_of(seats_.begin(), seats_.end(), [this](const SlotWorker& seat) {
    return seat.flights().empty() && (!stopping_ || !seat.occupied());
  });
}

// No worker outlives the run.
void HostRun::send_home() {
  for (SlotWorker& seat : seats_) seat.ask_to_leave(false);
  const double deadline_s = system_clock().monotonic_s() + kFarewell_s;
  for (SlotWorker& seat : seats_) {
    while (seat.occupied()) {
      if (seat.process().poll()) {
        seat.vacate();
        break;
      }
      const double left_s = deadline_s - system_clock().monotonic_s();
      if (left_s <= 0) {
        seat.vacate();  // kills
        break;
      }
      pollfd entry{seat.process().pidfd(), POLLIN, 0};
      poll(&entry, 1, static_cast<int>(left_s * 1000) + 1);
      seat.process().read_output();
    }
  }
  seats_.clear();
  kill_left_behind();
}

}  // namespace polysweep
