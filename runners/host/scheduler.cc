#include "runners/host/scheduler.h"

#include <algorithm>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

constexpr double kWorkAhead_s = 5;          // for all workers together
constexpr std::size_t kMostTaken = 65'536;  // trials held at once

// The number of the CUDA device if its name is a number (it may be a UUID).
int device_number(const Slot& slot) {
  if (slot.device < 0) return -1;
  const std::string& name = slot.device_name;
  const bool number =
      !name.empty() && name.size() < 6 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? std::stoi(name) : slot.device_group;
}

}  // namespace

Scheduler::Scheduler(const SchedulerParts& parts) : parts_(parts) {
  for (const SlotWorker& worker : parts_.workers) {
    device_groups_.insert(worker.slot().device_group);
  }
}

void Scheduler::schedule() {
  if (parts_.state.stopping || parts_.state.closing) return;
  take_work();
  start_workers();
  assign();
}

std::size_t Scheduler::assigned() const {
  std::size_t count = 0;
  for (const SlotWorker& worker : parts_.workers) count += worker.assigned().size();
  return count;
}

std::vector<TrialId> Scheduler::held() const {
  std::vector<TrialId> ids = parts_.queue.ids();
  for (const SlotWorker& worker : parts_.workers) {
    for (const AssignedAttempt& attempt : worker.assigned()) ids.push_back(attempt.id);
  }
  return ids;
}

void Scheduler::give_up(const std::set<TrialId>& lost) {
  parts_.queue.remove(lost);
  for (SlotWorker& worker : parts_.workers) {
    worker.mark_lost([&](const TrialId& id) { return lost.contains(id); });
  }
}

// Long trials are taken only when a worker is free for them, so that other hosts
// can have the rest; of short trials many are taken at once, since taking has a
// cost of its own.
void Scheduler::take_work() {
  if (parts_.work.left() == 0) return;
  const std::size_t workers = parts_.workers.size();
  const std::size_t held = parts_.queue.size() + assigned();
  const double ahead = kWorkAhead_s * parts_.look_ahead.trials_per_s(workers);
  const std::size_t wanted =
      std::max(workers, static_cast<std::size_t>(std::min<double>(ahead, kMostTaken)));
  if (held >= workers && 2 * held >= wanted) return;
  const std::size_t idle = held < workers ? workers - held : 1;
  std::vector<TrialToRun> taken = parts_.work.take(idle, wanted - held);
  check(taken.size() <= wanted - held, "a work source gives at most what was asked for");
  parts_.queue.add(std::move(taken));
  if (held == 0 && parts_.queue.empty()) report_waiting();
}

void Scheduler::report_waiting() {
  const std::string hosts = parts_.work.waiting_for();
  if (hosts.empty() || hosts == waited_for_) return;
  waited_for_ = hosts;
  parts_.sink.notice("waiting for the trials of " + hosts + "; trials they leave are taken over");
}

// At most one worker without an attempt per queued trial.
void Scheduler::start_workers() {
  std::size_t idle = 0;
  for (const SlotWorker& worker : parts_.workers) {
    if (worker.has_process() && !worker.kill_reason() && worker.assigned().empty()) ++idle;
  }
  FolderOfTrial folder_of;
  if (!parts_.options.worker.keeps_logs) {
    folder_of = [this](const TrialId& id) { return trial_folder(parts_.options.store, id); };
  }
  for (SlotWorker& worker : parts_.workers) {
    if (idle >= parts_.queue.size()) return;
    if (worker.has_process()) continue;
    worker.start(parts_.options.worker, folder_of, parts_.state.now_s);
    ++idle;
  }
}

void Scheduler::assign() {
  for (const int group : device_groups_) assign_alone(group);
  std::size_t takers = 0;
  for (const SlotWorker& worker : parts_.workers) takers += takes_ordinary(worker) ? 1 : 0;
  if (takers == 0) return;
  for (SlotWorker& worker : parts_.workers) {
    if (takes_ordinary(worker) && worker.assigned().empty()) {
      lease(worker, parts_.queue.take(), false);
    }
  }
  // Near the end no worker gets more than a fair share of what is left.
  const std::size_t share = (parts_.queue.ordinary() + assigned() + takers - 1) / takers;
  const std::size_t depth = std::min(parts_.look_ahead.depth(), std::max<std::size_t>(share, 1));
  check(depth >= 1, "a ready worker gets at least one attempt");
  for (SlotWorker& worker : parts_.workers) {
    if (!takes_ordinary(worker)) continue;
    while (worker.assigned().size() < depth && lease(worker, parts_.queue.take(), false)) {
    }
  }
}

bool Scheduler::takes_ordinary(const SlotWorker& worker) const {
  if (!worker.ready()) return false;
  const int group = worker.slot().device_group;
  if (parts_.queue.wants_alone(group)) return false;
  return std::none_of(parts_.workers.begin(), parts_.workers.end(),
                      [group](const SlotWorker& other) {
                        return other.slot().device_group == group && !other.assigned().empty() &&
                               other.assigned().front().alone;
                      });
}

void Scheduler::assign_alone(int device_group) {
  if (!parts_.queue.wants_alone(device_group)) return;
  SlotWorker* free_worker = nullptr;
  for (SlotWorker& worker : parts_.workers) {
    if (worker.slot().device_group != device_group) continue;
    if (!worker.assigned().empty()) return;
    if (worker.ready()) free_worker = &worker;
  }
  if (free_worker != nullptr) lease(*free_worker, parts_.queue.take_alone(device_group), true);
}

void Scheduler::record_lost_attempt(const TrialToRun& item, const TrialId& id) {
  if (item.lost_attempt == 0) return;
  check(item.lost_attempt < item.next_attempt, "attempt numbers grow");
  AttemptFinished lost;
  lost.trial = id;
  lost.attempt = item.lost_attempt;
  lost.outcome = Outcome::kHostLost;
  lost.message = "its host ended while it was running";
  lost.time_us = system_clock().wall_us();
  parts_.commit.append_state(lost);
}

// False if there is no trial.
bool Scheduler::lease(SlotWorker& worker, const std::optional<TrialToRun>& item, bool alone) {
  if (!item) return false;
  Trial trial = parts_.trial_at(item->index);
  check(item->next_attempt >= 1, "attempts are numbered from 1");
  check(item->id == TrialId{} || item->id == trial.id, "a trial is found by its index");
  record_lost_attempt(*item, trial.id);
  AttemptStarted started;
  started.trial = trial.id;
  started.attempt = item->next_attempt;
  started.slot = worker.slot().number;
  started.device = device_number(worker.slot());
  started.provenance = worker.provenance();
  started.time_us = system_clock().wall_us();
  check(!started.provenance.empty(), "an attempt's provenance is known when it is leased");
  const Sequence lease = parts_.commit.append_state(started);

  AssignTrial assignment;
  assignment.trial = trial.id;
  assignment.experiment = std::move(trial.experiment);
  assignment.experiment_version = trial.experiment_version;
  assignment.parameters = std::move(trial.parameters);
  assignment.data_digest = std::move(trial.data_digest);
  assignment.attempt = item->next_attempt;
  if (!assignment.data_digest.empty()) {
    assignment.data_folder = parts_.options.data_folder.string();
  }
  assignment.trial_folder = trial_folder(parts_.options.store, trial.id);
  assignment.device = worker.slot().device;

  AssignedAttempt attempt;
  attempt.item = *item;
  attempt.item.lost_attempt = 0;
  attempt.id = trial.id;
  attempt.lease = lease;
  attempt.alone = alone;
  worker.assign(assignment, std::move(attempt));
  return true;
}

}  // namespace polysweep
