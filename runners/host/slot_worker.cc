#include "runners/host/slot_worker.h"

#include <signal.h>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "runners/process/process_tree.h"

namespace polysweep {

namespace {

bool is_over(double limit_s, double elapsed_s) { return limit_s > 0 && elapsed_s > limit_s; }

}  // namespace

SlotWorker::SlotWorker(Slot slot) : slot_(std::move(slot)) {
  if (slot_.memory_group.empty()) return;
  oom_kills_ = OomKillCounter::of_groups({slot_.memory_group});
}

void SlotWorker::start(const WorkerCommand& command, FolderOfTrial folder_of, double now_s) {
  check(!has_process(), "a slot has one worker");
  check(assigned_.empty(), "a new worker has no attempts yet");
  output_ = std::make_unique<WorkerOutput>(std::move(folder_of));
  ProcessOptions options;
  options.argv = {command.program.string()};
  options.argv.insert(options.argv.end(), command.arguments.begin(), command.arguments.end());
  if (slot_.device >= 0) {
    options.argv.push_back("--device");
    options.argv.push_back(std::to_string(slot_.device));
  }
  options.environment = slot_.environment;
  options.environment.emplace_back(kSlotVariable, std::to_string(slot_.number));
  options.environment.emplace_back(kHostMarkVariable, process_mark());
  options.ignores_stop_signals = command.ignores_stop_signals;
  options.cpus = slot_.cpus;
  options.memory_group = slot_.memory_group;
  options.address_space_bytes = slot_.address_space_bytes;
  options.on_output = [output = output_.get()](std::string_view bytes) { output->add(bytes); };
  process_ = std::make_unique<ChildProcess>(options);
  channel_ = std::make_unique<Channel>(process_->channel());
  kill_reason_.reset();
  provenance_.clear();
  connected_ = false;
  shutting_down_ = false;
  rejected_ = false;
  process_started_s_ = now_s;
  received_s_ = now_s;
}

void SlotWorker::connect(const WorkerHello& hello, const WorkerCommand& command) {
  const std::string program = command.program.string();
  if (hello.protocol != kProtocolVersion) {
    fail("the worker {} uses protocol {}, this polysweep uses {}: build both from one source",
         program, hello.protocol, kProtocolVersion);
  }
  if (hello.build != command.build) {
    fail(
        "the worker {} is of build {}, the sweep was planned with build {}: rebuild, then run "
        "again",
        program, hello.build, command.build);
  }
  if (hello.catalogue_digest != command.catalogue_digest) {
    fail(
        "the worker {} has the catalogue {}, the sweep was planned with {}: rebuild, then run "
        "again",
        program, hello.catalogue_digest, command.catalogue_digest);
  }
  provenance_ = sha256_hex(hello.provenance);
  connected_ = true;
}

void SlotWorker::assign(const AssignTrial& assignment, AssignedAttempt attempt) {
  check(ready(), "an attempt is assigned to a connected worker");
  check(attempt.id == assignment.trial && attempt.number() == assignment.attempt,
        "an assignment is for its attempt");
  check(!attempt.started, "an attempt is assigned before it starts");
  check(assigned_.empty() || !(attempt.alone || assigned_.back().alone),
        "an attempt that runs alone shares its worker with none");
  output_->expect(attempt.id, attempt.number());
  channel_->send(assignment);
  assigned_.push_back(std::move(attempt));
}

AssignedAttempt* SlotWorker::current(const TrialId& id, std::uint32_t attempt) {
  AssignedAttempt* first = current();
  if (first != nullptr && first->id == id && first->number() == attempt) return first;
  reject(fmt::format("its worker reported trial {} attempt {}, which is not its current attempt",
                     id.brief(), attempt));
  return nullptr;
}

AssignedAttempt SlotWorker::take_current() {
  check(!assigned_.empty(), "there is a current attempt");
  AssignedAttempt attempt = std::move(assigned_.front());
  assigned_.pop_front();
  check(assigned_.empty() || !assigned_.front().started, "a worker runs one attempt at a time");
  return attempt;
}

AssignedAttempt SlotWorker::take_last() {
  check(!assigned_.empty(), "there is a last attempt");
  AssignedAttempt attempt = std::move(assigned_.back());
  assigned_.pop_back();
  return attempt;
}

// A worker whose memory is corrupted may send anything: that fails its trial, not
// the host.
std::optional<Message> SlotWorker::receive() try {
  if (rejected_) return std::nullopt;
  return channel_->receive();
} catch (const Error& error) {
  reject(fmt::format("its worker sent an invalid message: {}", error.what()));
  return std::nullopt;
}

void SlotWorker::reject(std::string reason) {
  rejected_ = true;
  kill({Outcome::kCrashed, std::move(reason)});
}

void SlotWorker::shut_down(bool stop) {
  if (!has_process()) return;
  if (!connected_) return kill({Outcome::kStopped, "it had not started"});
  if (stop) channel_->send(StopRequest{});
  channel_->send(Shutdown{});
  channel_->flush();
  shutting_down_ = true;
}

void SlotWorker::kill(KillReason reason) {
  if (!has_process() || kill_reason_) return;
  kill_reason_ = std::move(reason);
  process_->kill(SIGKILL);
}

void SlotWorker::enforce_deadlines(const WorkerDeadlines& deadlines, double now_s) {
  if (!has_process() || kill_reason_) return;
  if (!connected_) {
    if (is_over(deadlines.start_s, now_s - process_started_s_)) {
      kill({Outcome::kHung, fmt::format("it did not connect within {} s", deadlines.start_s)});
    }
    return;
  }
  if (is_over(deadlines.heartbeat_s, now_s - received_s_)) {
    return kill({Outcome::kHung,
                 fmt::format("its worker sent no heartbeat for {} s", deadlines.heartbeat_s)});
  }
  if (assigned_.empty() || !assigned_.front().started) return;
  const AssignedAttempt& attempt = assigned_.front();
  if (is_over(deadlines.progress_s, now_s - attempt.progress_s)) {
    kill({Outcome::kHung, fmt::format("it made no progress for {} s", deadlines.progress_s)});
  } else if (is_over(deadlines.wall_s, now_s - attempt.started_s)) {
    kill({Outcome::kTimedOut,
          fmt::format("it exceeded the time limit of {} s per attempt", deadlines.wall_s)});
  }
}

void SlotWorker::extend_deadlines(double by_s) {
  check(by_s >= 0, "deadlines only move later");
  process_started_s_ += by_s;
  received_s_ += by_s;
  for (AssignedAttempt& attempt : assigned_) {
    attempt.started_s += by_s;
    attempt.progress_s += by_s;
  }
}

void SlotWorker::release() {
  channel_.reset();
  process_.reset();
}

}  // namespace polysweep
