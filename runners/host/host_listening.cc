#include <signal.h>

#include <algorithm>

#include "framework/core/clock.h"
#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "runners/host/host_run.h"
#include "runners/process/process_tree.h"

namespace polysweep {

// Takes in all that a worker has said. Whether it has died is asked first, so
// that nothing it said before its death is missed; what it has printed is read
// last, so that all it printed before it said something is known by then.
void HostRun::listen(SlotWorker& seat) {
  if (!seat.occupied()) return;
  const std::optional<ExitStatus> status = seat.process().poll();
  heard_.clear();
  while (std::optional<Message> message = seat.receive()) heard_.push_back(std::move(*message));
  seat.process().read_output();
  if (!heard_.empty()) seat.seen(now_s_);
  for (const Message& message : heard_) {
    if (const auto* hello = std::get_if<WorkerHello>(&message)) {
      greeted(seat, *hello);
    } else if (!seat.silenced()) {
      hear(seat, message);
    }
  }
  if (status) bury(seat, *status);
}

void HostRun::greeted(SlotWorker& seat, const WorkerHello& hello) {
  seat.greet(hello, options_.worker);
  if (provenances_.insert(seat.provenance()).second) append_state(ProvenanceSeen{hello.provenance});
}

void HostRun::hear(SlotWorker& seat, const Message& message) {
  if (const auto* begun = std::get_if<AttemptBegun>(&message)) {
    if (Flight* flight = seat.speaker(begun->trial, begun->attempt)) {
      flight->begun = true;
      flight->begun_s = flight->progress_s = now_s_;
      deaths_in_a_row_ = 0;
    }
  } else if (const auto* metrics = std::get_if<MetricsRecorded>(&message)) {
    if (moves_on(seat, metrics->trial, metrics->attempt)) append_point(*metrics);
  } else if (const auto* text = std::get_if<TextRecorded>(&message)) {
    if (moves_on(seat, text->trial, text->attempt)) append_point(*text);
  } else if (const auto* progress = std::get_if<ProgressMade>(&message)) {
    if (Flight* flight = moves_on(seat, progress->trial, progress->attempt)) {
      const bool sensible = progress->total > 0 && progress->done >= 0;
      flight->fraction = sensible ? std::min(1.0, progress->done / progress->total) : 0;
      std::optional<double>& head_start = flight->item.head_start;
      head_start = std::min(head_start.value_or(1), flight->resumed ? flight->fraction : 0);
    }
  } else if (const auto* resumed = std::get_if<AttemptResumed>(&message)) {
    if (Flight* flight = moves_on(seat, resumed->trial, resumed->attempt)) {
      flight->resumed = true;
      append_state(*resumed);
    }
  } else if (const auto* ended = std::get_if<AttemptEnded>(&message)) {
    attempt_ended(seat, *ended);
  } else if (!std::holds_alternative<Heartbeat>(message)) {
    seat.silence(
        fmt::format("its worker said \"{}\", which only a host says", message_name(message)));
  }
}

// The attempt that speaks, which has shown progress by it.
Flight* HostRun::moves_on(SlotWorker& seat, const TrialId& id, std::uint32_t attempt) {
  Flight* flight = seat.speaker(id, attempt);
  if (flight != nullptr) flight->progress_s = now_s_;
  return flight;
}

void HostRun::attempt_ended(SlotWorker& seat, const AttemptEnded& ended) {
  Flight* speaker = seat.speaker(ended.trial, ended.attempt);
  if (speaker == nullptr) return;
  Flight flight = std::move(*speaker);
  seat.flights().pop_front();
  Ending ending;
  ending.outcome = ended.outcome;
  ending.message = ended.message;
  ending.elapsed_s = ended.elapsed_s;
  ending.peak_memory_bytes = ended.peak_memory_bytes;
  if (ended.outcome != Outcome::kDone && ended.outcome != Outcome::kStopped) {
    ending.output_tail = seat.output().last_lines(flight.id, flight.item.next_attempt);
  }
  look_ahead_.trial_took(ended.elapsed_s);
  end_attempt(seat, std::move(flight), std::move(ending));
}

// A worker has ended: its trial with it, the others are put back.
void HostRun::bury(SlotWorker& seat, const ExitStatus& status) {
  const bool had_begun = !seat.flights().empty() && seat.flights().front().begun;
  OomKillCounter& oom_kills = seat.oom_kills() ? *seat.oom_kills() : oom_kills_;
  const bool out_of_memory = oom_kills.grew();
  if (had_begun) {
    Flight flight = std::move(seat.flights().front());
    seat.flights().pop_front();
    Ending ending = ending_of(seat, status, out_of_memory);
    ending.elapsed_s = now_s_ - flight.begun_s;
    ending.output_tail = seat.output().last_lines(flight.id, flight.item.next_attempt);
    put_back_all(seat);
    end_attempt(seat, std::move(flight), std::move(ending));
  } else {
    put_back_all(seat);
    const bool given_up = seat.kill_reason() && seat.kill_reason()->outcome == Outcome::kHostLost;
    if (!seat.leaving() && !stopping_ && !given_up &&
        ++deaths_in_a_row_ >= options_.limits.starts) {
      const std::string reason =
          seat.kill_reason() ? seat.kill_reason()->message : describe(status);
      fail("the worker {} ended {} times in a row before a trial began: {}; its last output:\n{}",
           options_.worker.program.string(), deaths_in_a_row_, reason,
           seat.process().output_tail());
    }
  }
  seat.vacate();
  kill_left_behind();
}

// Processes that a worker had started and that outlived it.
void HostRun::kill_left_behind() {
  if (!options_.workers_have_children) return;
  std::vector<pid_t> workers;
  for (SlotWorker& seat : seats_) {
    if (seat.occupied()) workers.push_back(seat.process().pid());
  }
  kill_descendants(workers, Reap::kYes);
}

HostRun::Ending HostRun::ending_of(const SlotWorker& seat, const ExitStatus& status,
                                   bool out_of_memory) const {
  Ending ending;
  if (seat.kill_reason()) {
    ending.outcome = seat.kill_reason()->outcome;
    ending.message = seat.kill_reason()->message;
    return ending;
  }
  const std::string what = describe(status);
  if (const auto* signalled = std::get_if<Signalled>(&status)) {
    if (signalled->signal == SIGKILL && out_of_memory) {
      ending.outcome = Outcome::kOutOfMemory;
      ending.message = "the system killed its worker for want of memory";
    } else if (is_sent_from_outside(signalled->signal)) {
      ending.outcome = Outcome::kPreempted;
      ending.message = fmt::format("its worker was killed from outside: {}", what);
    } else {
      ending.outcome = Outcome::kCrashed;
      ending.message = fmt::format("its worker crashed: {}", what);
    }
  } else {
    ending.outcome = Outcome::kError;
    ending.message = fmt::format("its worker ended in the middle of the trial: {}", what);
  }
  return ending;
}

void HostRun::put_back_all(SlotWorker& seat) {
  while (!seat.flights().empty()) {
    Flight flight = std::move(seat.flights().back());
    seat.flights().pop_back();
    Ending ending;
    ending.outcome = stopping_ ? Outcome::kStopped : Outcome::kPreempted;
    ending.message = "it had not begun";
    end_attempt(seat, std::move(flight), std::move(ending));
  }
}

void HostRun::end_attempt(SlotWorker& seat, Flight flight, Ending ending) {
  seat.output().forget(flight.id, flight.item.next_attempt);
  const bool counts = flight.begun;
  TrialToRun& item = flight.item;
  if (counts) item.counts.add(ending.outcome);
  if (counts && ending.outcome == Outcome::kPreempted) ++item.counts.preempted;
  const NextStep step =
      counts ? next_step(ending.outcome, item.counts, options_.limits.retries) : NextStep::kRetry;
  AttemptFinished finished;
  finished.trial = flight.id;
  finished.attempt = item.next_attempt;
  finished.outcome = ending.outcome;
  finished.final = step == NextStep::kSettled || step == NextStep::kFailed;
  finished.message = ending.message;
  finished.output_tail = std::move(ending.output_tail);
  finished.elapsed_s = ending.elapsed_s;
  finished.peak_memory_bytes = ending.peak_memory_bytes;
  finished.time_us = system_clock().wall_us();
  append_state(finished);
  pending_.push_back(
      {{flight.id, item.next_attempt, ending.outcome, finished.final, std::move(ending.message)},
       !counts,
       flight.lost});
  if (flight.lost) return;
  if (finished.final) head_starts_ += item.head_start.value_or(0);
  ++item.next_attempt;
  if (step == NextStep::kRetry && !flight.alone) queue_.put_back(item);
  if (step == NextStep::kRetryAlone || (step == NextStep::kRetry && flight.alone)) {
    queue_.put_alone(seat.slot().device_group, item);
  }
}

void HostRun::append_point(const Event& event) {
  journal_.append(event);
  if (metrics_since_s_ < 0) metrics_since_s_ = now_s_;
}

void HostRun::append_state(const Event& event) {
  journal_.append(event);
  state_to_sync_ = true;
}

}  // namespace polysweep
