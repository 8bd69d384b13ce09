#include "runners/host/group_commit.h"

#include "framework/core/clock.h"
#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr double kPointsSync_s = 0.1;

}  // namespace

Sequence GroupCommit::append_state(const Event& event) {
  const Sequence sequence = journal_.append(event);
  check(sequence > last_state_, "sequence numbers grow");
  return last_state_ = sequence;
}

void GroupCommit::append_points(const MetricsRecorded& event, double now_s) {
  journal_.append(event);
  note_points(now_s);
}

void GroupCommit::append_points(const TextRecorded& event, double now_s) {
  journal_.append(event);
  note_points(now_s);
}

void GroupCommit::note_points(double now_s) {
  if (!points_since_s_) points_since_s_ = now_s;
}

std::optional<double> GroupCommit::commit(double now_s) {
  const bool points_due = points_since_s_ && now_s - *points_since_s_ >= kPointsSync_s;
  if (states_are_durable() && !points_due) return std::nullopt;
  const double before_s = system_clock().monotonic_s();
  sync();
  return system_clock().monotonic_s() - before_s;
}

void GroupCommit::sync() {
  journal_.sync();
  points_since_s_.reset();
  check(states_are_durable(), "a sync makes all events durable");
}

}  // namespace polysweep
