#include <algorithm>

#include "framework/clock.h"
#include "framework/error.h"
#include "runners/host_run.h"

namespace polysweep {

namespace {

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

void HostRun::fill_seats() {
  if (stopping_ || queue_.empty()) return;
  for (WorkerSeat& seat : seats_) {
    if (!seat.occupied()) seat.start(options_.worker, now_s_);
  }
}

void HostRun::feed() {
  if (stopping_) return;
  for (const int group : device_groups_) feed_alone(group);
  std::size_t at_hand = 0;
  std::size_t takers = 0;
  for (const WorkerSeat& seat : seats_) {
    at_hand += seat.flights().size();
    if (feeds_ordinary(seat)) ++takers;
  }
  if (takers == 0) return;
  for (WorkerSeat& seat : seats_) {
    if (feeds_ordinary(seat) && seat.flights().empty()) lease(seat, queue_.take(), false);
  }
  // Near the end nobody takes more than a fair share of what is left.
  const std::size_t share = (queue_.ordinary() + at_hand + takers - 1) / takers;
  const std::size_t depth = std::min(look_ahead_.depth(), std::max<std::size_t>(share, 1));
  for (WorkerSeat& seat : seats_) {
    if (!feeds_ordinary(seat)) continue;
    while (seat.flights().size() < depth && lease(seat, queue_.take(), false)) {
    }
  }
}

bool HostRun::feeds_ordinary(const WorkerSeat& seat) const {
  if (!seat.ready()) return false;
  const int group = seat.slot().device_group;
  if (queue_.wants_alone(group)) return false;
  return std::none_of(seats_.begin(), seats_.end(), [group](const WorkerSeat& other) {
    return other.slot().device_group == group && !other.flights().empty() &&
           other.flights().front().alone;
  });
}

// A trial that must run alone waits until its device is free of others.
void HostRun::feed_alone(int device_group) {
  if (!queue_.wants_alone(device_group)) return;
  WorkerSeat* free_seat = nullptr;
  for (WorkerSeat& seat : seats_) {
    if (seat.slot().device_group != device_group) continue;
    if (!seat.flights().empty()) return;
    if (seat.ready()) free_seat = &seat;
  }
  if (free_seat != nullptr) lease(*free_seat, queue_.take_alone(device_group), true);
}

// Writes the lease and makes the message ready; it goes out with the commit.
bool HostRun::lease(WorkerSeat& seat, const std::optional<TrialToRun>& item, bool alone) {
  if (!item) return false;
  const Trial trial = trial_at_(item->index);
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
  assignment.experiment = trial.experiment;
  assignment.experiment_version = trial.experiment_version;
  assignment.parameters = trial.parameters.canonical();
  assignment.data_digest = trial.data_digest;
  assignment.attempt = item->next_attempt;
  if (!trial.data_digest.empty()) assignment.data_folder = options_.data_folder.string();
  assignment.trial_folder = trial_folder(options_.store, trial.id).string();
  assignment.device = seat.slot().device;
  seat.channel().send(assignment);

  Flight flight;
  flight.item = *item;
  flight.id = trial.id;
  flight.alone = alone;
  seat.flights().push_back(std::move(flight));
  return true;
}

}  // namespace polysweep
