#include <algorithm>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "runners/host/host_run.h"
#include "runners/store/store_layout.h"

namespace polysweep {

namespace {

constexpr double kWorkAhead_s = 5;          // of all workers, at hand
constexpr std::size_t kMostTaken = 65'536;  // at hand

// The number of the CUDA device where its name is one (it may be a UUID).
int device_number(const Slot& slot) {
  if (slot.device < 0) return -1;
  const std::string& name = slot.device_name;
  const bool number =
      !name.empty() && name.size() < 6 &&
      std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
  return number ? std::stoi(name) : slot.device_group;
}

}  // namespace

std::size_t HostRun::at_hand() const {
  std::size_t flights = 0;
  for (const SlotWorker& seat : seats_) flights += seat.flights().size();
  return flights;
}

// Long trials are taken when a worker is free for them, so that other hosts find
// the rest; of short ones so many that taking costs nothing.
void HostRun::take_work() {
  if (stopping_ || work_.left() == 0) return;
  const std::size_t held = queue_.size() + at_hand();
  const double ahead = kWorkAhead_s * look_ahead_.trials_per_s(seats_.size());
  const std::size_t wanted =
      std::max(seats_.size(), static_cast<std::size_t>(std::min<double>(ahead, kMostTaken)));
  if (held >= seats_.size() && 2 * held >= wanted) return;
  const std::size_t idle = held < seats_.size() ? seats_.size() - held : 1;
  queue_.add(work_.take(idle, wanted - held));
  if (held > 0 || !queue_.empty()) return;
  const std::string who = work_.waiting_for();
  if (who.empty() || who == waited_for_) return;
  waited_for_ = who;
  sink_.notice("waiting for trials of " + who + "; what is left behind is taken over");
}

// No worker without work.
void HostRun::fill_seats() {
  if (stopping_) return;
  std::size_t idle = 0;
  for (const SlotWorker& seat : seats_) {
    if (seat.occupied() && !seat.kill_reason() && seat.flights().empty()) ++idle;
  }
  FolderOfTrial folder_of;
  if (!options_.worker.keeps_logs) {
    folder_of = [this](const TrialId& id) { return trial_folder(options_.store, id); };
  }
  for (SlotWorker& seat : seats_) {
    if (idle >= queue_.size()) return;
    if (seat.occupied()) continue;
    seat.start(options_.worker, folder_of, now_s_);
    ++idle;
  }
}

void HostRun::feed() {
  if (stopping_) return;
  for (const int group : device_groups_) feed_alone(group);
  std::size_t takers = 0;
  for (const SlotWorker& seat : seats_) takers += feeds_ordinary(seat) ? 1 : 0;
  if (takers == 0) return;
  for (SlotWorker& seat : seats_) {
    if (feeds_ordinary(seat) && seat.flights().empty()) lease(seat, queue_.take(), false);
  }
  // Near the end nobody takes more than a fair share of what is left.
  const std::size_t share = (queue_.ordinary() + at_hand() + takers - 1) / takers;
  const std::size_t depth = std::min(look_ahead_.depth(), std::max<std::size_t>(share, 1));
  for (SlotWorker& seat : seats_) {
    if (!feeds_ordinary(seat)) continue;
    while (seat.flights().size() < depth && lease(seat, queue_.take(), false)) {
    }
  }
}

bool HostRun::feeds_ordinary(const SlotWorker& seat) const {
  if (!seat.ready()) return false;
  const int group = seat.slot().device_group;
  if (queue_.wants_alone(group)) return false;
  return std::none_of(seats_.begin(), seats_.end(), [group](const SlotWorker& other) {
    return other.slot().device_group == group && !other.flights().empty() &&
           other.flights().front().alone;
  });
}

// A trial that must run alone waits until its device is free of others.
void HostRun::feed_alone(int device_group) {
  if (!queue_.wants_alone(device_group)) return;
  SlotWorker* free_seat = nullptr;
  for (SlotWorker& seat : seats_) {
    if (seat.slot().device_group != device_group) continue;
    if (!seat.flights().empty()) return;
    if (seat.ready()) free_seat = &seat;
  }
  if (free_seat != nullptr) lease(*free_seat, queue_.take_alone(device_group), true);
}

// Writes the lease and makes the message ready; it goes out with the commit.
bool HostRun::lease(SlotWorker& seat, const std::optional<TrialToRun>& item, bool alone) {
  if (!item) return false;
  Trial trial = trial_at_(item->index);
  if (item->lost_attempt > 0) {
    AttemptFinished lost;
    lost.trial = trial.id;
    lost.attempt = item->lost_attempt;
    lost.outcome = Outcome::kHostLost;
    lost.message = "its host vanished in the middle of it";
    lost.time_us = system_clock().wall_us();
    append_state(lost);
  }
  AttemptStarted started;
  started.trial = trial.id;
  started.attempt = item->next_attempt;
  started.slot = seat.slot().number;
  started.device = device_number(seat.slot());
  started.provenance = seat.provenance();
  started.time_us = system_clock().wall_us();
  append_state(started);

  AssignTrial assignment;
  assignment.trial = trial.id;
  assignment.experiment = std::move(trial.experiment);
  assignment.experiment_version = trial.experiment_version;
  assignment.parameters = std::move(trial.parameters);
  assignment.data_digest = std::move(trial.data_digest);
  assignment.attempt = item->next_attempt;
  if (!assignment.data_digest.empty()) assignment.data_folder = options_.data_folder.string();
  assignment.trial_folder = trial_folder(options_.store, trial.id);
  assignment.device = seat.slot().device;
  seat.output().expect(trial.id, item->next_attempt);
  seat.channel().send(assignment);

  Flight flight;
  flight.item = *item;
  flight.item.lost_attempt = 0;
  flight.id = trial.id;
  flight.alone = alone;
  seat.flights().push_back(std::move(flight));
  return true;
}

}  // namespace polysweep
