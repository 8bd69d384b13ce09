#include "runners/host/attempt_endings.h"

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

AttemptEndings::AttemptEndings(const HostOptions& options, GroupCommit& commit, TrialQueue& queue,
                               HostResult& result, ProgressSink& sink)
    : options_(options),
      commit_(commit),
      queue_(queue),
      result_(result),
      sink_(sink),
      breaker_(options.limits.breaker_trials),
      machine_(options.limits.machine_failures) {}

NextStep AttemptEndings::next_step_of(TrialToRun& item, Outcome outcome) const {
  item.counts.add(outcome);
  if (outcome == Outcome::kPreempted) ++item.counts.preempted;
  return next_step(outcome, item.counts, options_.limits.retries);
}

void AttemptEndings::end(AssignedAttempt attempt, AttemptEnd end, int device_group) {
  TrialToRun& item = attempt.item;
  const NextStep step = attempt.started ? next_step_of(item, end.outcome) : NextStep::kRetry;
  AttemptFinished finished;
  finished.trial = attempt.id;
  finished.attempt = attempt.number();
  finished.outcome = end.outcome;
  finished.final = step == NextStep::kSettled || step == NextStep::kFailed;
  finished.message = end.message;
  finished.output_tail = std::move(end.output_tail);
  finished.elapsed_s = end.elapsed_s;
  finished.peak_memory_bytes = end.peak_memory_bytes;
  finished.points_refused = end.points_refused;
  finished.findings = std::move(end.findings);
  finished.time_us = system_clock().wall_us();
  check(attempt.started || !finished.final, "only an attempt that started settles its trial");
  const Sequence sequence = commit_.append_state(finished);
  unacknowledged_.push_back(
      {{attempt.id, attempt.number(), end.outcome, finished.final, std::move(end.message)},
       sequence,
       attempt.started && !attempt.lost,
       item.index});
  if (attempt.lost) return;
  if (finished.final) head_starts_ += item.head_start.value_or(0);
  ++item.next_attempt;
  if (finished.final) return;
  if (step == NextStep::kRetryAlone || attempt.alone) {
    queue_.put_alone(device_group, item);
  } else {
    queue_.put_back(item);
  }
}

void AttemptEndings::acknowledge() {
  for (const Unacknowledged& each : unacknowledged_) {
    check(commit_.is_durable(each.sequence), "an end is durable before it is acknowledged");
    const AttemptFailure& end = each.end;
    if (!each.counts) continue;
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
    // The first alone: what its report lacks is likely to lack in all.
    if (end.outcome == Outcome::kDone && !end.message.empty() && !has_told_) {
      has_told_ = true;
      sink_.notice(fmt::format("trial {} is done, but: {}", end.trial.brief(), end.message));
    }
    if (end.final) settle(each);
  }
  unacknowledged_.clear();
  reopen_failed();
}

void AttemptEndings::settle(const Unacknowledged& settled) {
  const AttemptFailure& end = settled.end;
  breaker_.settled(end.outcome, end.message);
  machine_.settled({end.trial, end.attempt}, end.outcome, end.message,
                   options_.levels_at ? options_.levels_at(settled.index) : Parameters());
}

// As `polysweep retry` does it. Durable at the next commit.
void AttemptEndings::reopen_failed() {
  for (const FailedTrial& trial : machine_.take_failed()) {
    check(result_.failed > 0, "a trial that is reopened was counted as failed");
    --result_.failed;
    ++result_.reopened;
    commit_.append_state(reopening(
        trial,
        fmt::format("pending again: its failure was one of several alike on {}", options_.name)));
  }
}

std::optional<std::string> AttemptEndings::breaker_sentence(bool has_other_results) {
  std::optional<std::string> sentence = breaker_.sentence();
  if (sentence && has_other_results && machine_.blames_machine()) {
    machine_.open();
    reopen_failed();
  }
  if (std::optional<std::string> machine = machine_.sentence()) return machine;
  return sentence;
}

}  // namespace polysweep
