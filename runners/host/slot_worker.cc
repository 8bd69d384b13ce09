#include "runners/host/slot_worker.h"

#include <signal.h>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "runners/process/process_tree.h"

namespace polysweep {

SlotWorker::SlotWorker(Slot slot) : slot_(std::move(slot)) {
  if (slot_.memory_group.empty()) return;
  oom_kills_ = OomKillCounter::of_groups({slot_.memory_group});
}

void SlotWorker::start(const WorkerCommand& command, FolderOfTrial folder_of, double now_s) {
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
  options.cpus = slot_.cpus;
  options.memory_group = slot_.memory_group;
  options.address_space_bytes = slot_.address_space_bytes;
  options.on_output = [output = output_.get()](std::string_view bytes) { output->add(bytes); };
  process_ = std::make_unique<ChildProcess>(options);
  channel_ = std::make_unique<Channel>(process_->channel());
  kill_reason_.reset();
  greeted_ = false;
  leaving_ = false;
  silenced_ = false;
  started_s_ = now_s;
  seen_s_ = now_s;
}

void SlotWorker::greet(const WorkerHello& hello, const WorkerCommand& command) {
  const std::string program = command.program.string();
  if (hello.protocol != kProtocolVersion) {
    fail("the worker {} speaks protocol {}, this polysweep speaks {}: build both from one source",
         program, hello.protocol, kProtocolVersion);
  }
  if (hello.build != command.build) {
    fail(
        "the worker {} is of build {}, the sweep was planned with build {}: build anew, then run "
        "again",
        program, hello.build, command.build);
  }
  if (hello.catalogue_digest != command.catalogue_digest) {
    fail(
        "the worker {} has the catalogue {}, the sweep was planned with {}: build anew, then run "
        "again",
        program, hello.catalogue_digest, command.catalogue_digest);
  }
  provenance_ = sha256_hex(hello.provenance);
  greeted_ = true;
}

// A worker with its memory in ruins may say anything: that is its trial's fault
// and end, not the host's.
std::optional<Message> SlotWorker::receive() try {
  if (silenced_) return std::nullopt;
  return channel_->receive();
} catch (const Error& error) {
  silence(fmt::format("its worker said what is no message: {}", error.what()));
  return std::nullopt;
}

Flight* SlotWorker::speaker(const TrialId& id, std::uint32_t attempt) {
  if (!flights_.empty() && flights_.front().id == id &&
      flights_.front().item.next_attempt == attempt) {
    return &flights_.front();
  }
  silence(fmt::format("its worker spoke of trial {} attempt {}, which it was not given", id.brief(),
                      attempt));
  return nullptr;
}

void SlotWorker::silence(std::string reason) {
  silenced_ = true;
  kill({Outcome::kCrashed, std::move(reason)});
}

void SlotWorker::ask_to_leave(bool stop) {
  if (!occupied()) return;
  if (!greeted_) return kill({Outcome::kStopped, "it had not begun"});
  if (stop) channel_->send(StopRequest{});
  channel_->send(Shutdown{});
  channel_->flush();
  leaving_ = true;
}

void SlotWorker::kill(KillReason reason) {
  if (!occupied() || kill_reason_) return;
  kill_reason_ = std::move(reason);
  process_->kill(SIGKILL);
}

void SlotWorker::enforce(const WorkerDeadlines& deadlines, double now_s) {
  if (!occupied() || kill_reason_) return;
  if (!greeted_) {
    if (now_s - started_s_ > deadlines.start_s) {
      kill({Outcome::kHung, fmt::format("it did not greet within {} s", deadlines.start_s)});
    }
    return;
  }
  if (now_s - seen_s_ > deadlines.heartbeat_s) {
    return kill({Outcome::kHung,
                 fmt::format("its worker gave no sign of life for {} s", deadlines.heartbeat_s)});
  }
  if (flights_.empty() || !flights_.front().begun) return;
  const Flight& flight = flights_.front();
  if (now_s - flight.progress_s > deadlines.progress_s) {
    kill({Outcome::kHung, fmt::format("it made no progress for {} s", deadlines.progress_s)});
  } else if (deadlines.wall_s > 0 && now_s - flight.begun_s > deadlines.wall_s) {
    kill({Outcome::kTimedOut,
          fmt::format("it took longer than the {} s that an attempt may take", deadlines.wall_s)});
  }
}

void SlotWorker::forgive(double slept_s) {
  started_s_ += slept_s;
  seen_s_ += slept_s;
  for (Flight& flight : flights_) {
    flight.begun_s += slept_s;
    flight.progress_s += slept_s;
  }
}

void SlotWorker::vacate() {
  channel_.reset();
  process_.reset();
}

}  // namespace polysweep
