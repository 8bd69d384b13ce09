#include "runners/host/worker_listener.h"

#include <signal.h>

#include <algorithm>

#include "framework/core/error.h"
#include "runners/process/exit_status.h"
#include "runners/process/process_tree.h"

namespace polysweep {

namespace {

// How an attempt ends because its worker has ended.
AttemptEnd end_of_worker(const std::optional<KillReason>& kill_reason, const ExitStatus& status,
                         bool out_of_memory) {
  AttemptEnd end;
  if (kill_reason) {
    end.outcome = kill_reason->outcome;
    end.message = kill_reason->message;
    return end;
  }
  const std::string how = describe(status);
  if (const auto* signalled = std::get_if<Signalled>(&status)) {
    if (signalled->signal == SIGKILL && out_of_memory) {
      end.outcome = Outcome::kOutOfMemory;
      end.message = "the system killed its worker because memory ran out";
    } else if (is_sent_from_outside(signalled->signal)) {
      end.outcome = Outcome::kPreempted;
      end.message = fmt::format("its worker was killed from outside: {}", how);
    } else {
      end.outcome = Outcome::kCrashed;
      end.message = fmt::format("its worker crashed: {}", how);
    }
  } else {
    end.outcome = Outcome::kError;
    end.message = fmt::format("its worker exited during the trial: {}", how);
  }
  return end;
}

}  // namespace

// The order matters. The exit status is read first, so that every message sent
// before the end is handled; the output is read after the messages, so that
// everything printed before a message is known when it is handled.
void WorkerListener::listen(SlotWorker& worker) {
  if (!worker.has_process()) return;
  const std::optional<ExitStatus> status = worker.process().poll();
  messages_.clear();
  while (std::optional<Message> message = worker.receive()) {
    messages_.push_back(std::move(*message));
  }
  worker.process().read_output();
  if (!messages_.empty()) worker.received_at(parts_.state.now_s);
  for (const Message& message : messages_) {
    if (const auto* hello = std::get_if<WorkerHello>(&message)) {
      connected(worker, *hello);
    } else if (!worker.rejected()) {
      handle(worker, message);
    }
  }
  if (status) exited(worker, *status);
}

void WorkerListener::connected(SlotWorker& worker, const WorkerHello& hello) {
  worker.connect(hello, parts_.options.worker);
  if (provenances_.insert(worker.provenance()).second) {
    parts_.commit.append_state(ProvenanceSeen{hello.provenance});
  }
}

void WorkerListener::handle(SlotWorker& worker, const Message& message) {
  if (const auto* running = std::get_if<AttemptRunning>(&message)) {
    started(worker, *running);
  } else if (const auto* metrics = std::get_if<MetricsRecorded>(&message)) {
    if (progressed(worker, metrics->trial, metrics->attempt) != nullptr) {
      parts_.commit.append_points(*metrics, parts_.state.now_s);
    }
  } else if (const auto* text = std::get_if<TextRecorded>(&message)) {
    if (progressed(worker, text->trial, text->attempt) != nullptr) {
      parts_.commit.append_points(*text, parts_.state.now_s);
    }
  } else if (const auto* made = std::get_if<ProgressMade>(&message)) {
    progress(worker, *made);
  } else if (const auto* resumed = std::get_if<AttemptResumed>(&message)) {
    if (AssignedAttempt* attempt = progressed(worker, resumed->trial, resumed->attempt)) {
      attempt->resumed = true;
      parts_.commit.append_state(*resumed);
    }
  } else if (const auto* end = std::get_if<AttemptEnded>(&message)) {
    ended(worker, *end);
  } else if (!std::holds_alternative<Heartbeat>(message)) {
    worker.reject(fmt::format("its worker sent the message \"{}\", which only a host sends",
                              message_name(message)));
  }
}

// The attempt that sent a message, which counts as progress.
AssignedAttempt* WorkerListener::progressed(SlotWorker& worker, const TrialId& id,
                                            std::uint32_t attempt) {
  AssignedAttempt* current = worker.current(id, attempt);
  if (current != nullptr) current->progress_s = parts_.state.now_s;
  return current;
}

void WorkerListener::started(SlotWorker& worker, const AttemptRunning& message) {
  AssignedAttempt* attempt = progressed(worker, message.trial, message.attempt);
  if (attempt == nullptr) return;
  check(parts_.commit.is_durable(attempt->lease), "a durable lease precedes a start");
  attempt->started = true;
  attempt->started_s = parts_.state.now_s;
  ends_before_start_ = 0;
}

void WorkerListener::progress(SlotWorker& worker, const ProgressMade& message) {
  AssignedAttempt* attempt = progressed(worker, message.trial, message.attempt);
  if (attempt == nullptr) return;
  const bool valid = message.total > 0 && message.done >= 0;
  attempt->fraction = valid ? std::min(1.0, message.done / message.total) : 0;
  std::optional<double>& head_start = attempt->item.head_start;
  head_start = std::min(head_start.value_or(1), attempt->resumed ? attempt->fraction : 0);
}

void WorkerListener::ended(SlotWorker& worker, const AttemptEnded& message) {
  const AssignedAttempt* current = worker.current(message.trial, message.attempt);
  if (current == nullptr) return;
  AttemptEnd end;
  end.outcome = message.outcome;
  end.message = message.message;
  end.elapsed_s = message.elapsed_s;
  end.peak_memory_bytes = message.peak_memory_bytes;
  end.points_refused = message.points_refused;
  end.findings = message.findings;
  if (message.outcome != Outcome::kDone && message.outcome != Outcome::kStopped) {
    end.output_tail = worker.output().last_lines(current->id, current->number());
  }
  parts_.look_ahead.trial_took(message.elapsed_s);
  this->end(worker, worker.take_current(), std::move(end));
}

void WorkerListener::exited(SlotWorker& worker, const ExitStatus& status) {
  OomKillCounter& oom_kills = worker.oom_kills() ? *worker.oom_kills() : oom_kills_;
  const bool out_of_memory = oom_kills.grew();
  const AssignedAttempt* current = worker.current();
  if (current != nullptr && current->started) {
    AttemptEnd end = end_of_worker(worker.kill_reason(), status, out_of_memory);
    end.elapsed_s = parts_.state.now_s - current->started_s;
    end.output_tail = worker.output().last_lines(current->id, current->number());
    AssignedAttempt attempt = worker.take_current();
    return_assigned(worker);
    this->end(worker, std::move(attempt), std::move(end));
  } else {
    return_assigned(worker);
    expect_start(worker, status, worker.process().output_tail());
  }
  worker.release();
  kill_left_behind();
}

// A worker that ends before a trial has started is replaced, a limited number of times.
void WorkerListener::expect_start(const SlotWorker& worker, const ExitStatus& status,
                                  const std::string& output) {
  const std::optional<KillReason>& reason = worker.kill_reason();
  const bool expected = worker.shutting_down() || parts_.state.stopping ||
                        (reason && reason->outcome == Outcome::kHostLost);
  if (expected || ++ends_before_start_ < parts_.options.limits.starts) return;
  fail("the worker {} ended {} times in a row before a trial started: {}; its last output:\n{}",
       parts_.options.worker.program.string(), ends_before_start_,
       reason ? reason->message : describe(status), output);
}

// The last one first, so that the queue keeps their order.
void WorkerListener::return_assigned(SlotWorker& worker) {
  while (!worker.assigned().empty()) {
    AttemptEnd end;
    end.outcome = parts_.state.stopping ? Outcome::kStopped : Outcome::kPreempted;
    end.message = "it had not started";
    this->end(worker, worker.take_last(), std::move(end));
  }
}

void WorkerListener::end(SlotWorker& worker, AssignedAttempt attempt, AttemptEnd end) {
  worker.output().forget(attempt.id, attempt.number());
  parts_.endings.end(std::move(attempt), std::move(end), worker.slot().device_group);
}

void WorkerListener::kill_left_behind() {
  if (!parts_.options.workers_have_children) return;
  std::vector<pid_t> running;
  for (SlotWorker& worker : parts_.workers) {
    if (worker.has_process()) running.push_back(worker.process().pid());
  }
  kill_descendants(running, Reap::kYes);
}

}  // namespace polysweep
