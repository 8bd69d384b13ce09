#include "runners/host/trial_queue.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"

namespace polysweep {

namespace {

constexpr double kWorkAhead_s = 0.005;
constexpr double kLongTrial_s = 0.2;  // here a wait of a few ms does not matter
constexpr double kDeepest = 512;

double moved(double mean, double value, double weight) { return mean + weight * (value - mean); }

}  // namespace

TrialQueue::TrialQueue(std::vector<TrialToRun> trials) : trials_(trials.begin(), trials.end()) {}

void TrialQueue::add(std::vector<TrialToRun> trials) {
  trials_.insert(trials_.end(), trials.begin(), trials.end());
}

std::optional<TrialToRun> TrialQueue::take() {
  if (!put_back_.empty()) {
    const TrialToRun trial = put_back_.back();
    put_back_.pop_back();
    return trial;
  }
  if (trials_.empty()) return std::nullopt;
  const TrialToRun trial = trials_.front();
  trials_.pop_front();
  return trial;
}

void TrialQueue::put_alone(int device_group, const TrialToRun& trial) {
  alone_[device_group].push_back(trial);
  ++alone_count_;
}

bool TrialQueue::wants_alone(int device_group) const {
  const auto found = alone_.find(device_group);
  return found != alone_.end() && !found->second.empty();
}

std::optional<TrialToRun> TrialQueue::take_alone(int device_group) {
  if (!wants_alone(device_group)) return std::nullopt;
  std::deque<TrialToRun>& waiting = alone_[device_group];
  const TrialToRun trial = waiting.front();
  waiting.pop_front();
  check(alone_count_ > 0, "the trials that must run alone are counted");
  --alone_count_;
  return trial;
}

std::vector<TrialId> TrialQueue::ids() const {
  std::vector<TrialId> result;
  for (const TrialToRun& trial : trials_) result.push_back(trial.id);
  for (const TrialToRun& trial : put_back_) result.push_back(trial.id);
  for (const auto& [group, waiting] : alone_) {
    for (const TrialToRun& trial : waiting) result.push_back(trial.id);
  }
  return result;
}

void TrialQueue::remove(const std::set<TrialId>& ids) {
  const auto is_one = [&](const TrialToRun& trial) { return ids.count(trial.id) > 0; };
  std::erase_if(trials_, is_one);
  std::erase_if(put_back_, is_one);
  for (auto& [group, waiting] : alone_) alone_count_ -= std::erase_if(waiting, is_one);
}

void LookAhead::trial_took(double elapsed_s) {
  longest_s_ = std::max(longest_s_, elapsed_s);
  // A longer trial counts fully, so that short ones are not queued behind the next
  // long one.
  const bool longer = elapsed_s > trial_s_;
  trial_s_ = trial_s_ < 0 || longer ? elapsed_s : moved(trial_s_, elapsed_s, 0.05);
}

void LookAhead::sync_took(double elapsed_s) {
  sync_s_ = sync_s_ == 0 ? elapsed_s : moved(sync_s_, elapsed_s, 0.1);
}

std::size_t LookAhead::depth() const {
  check(sync_s_ >= 0, "a sync takes time");
  if (trial_s_ < 0 || trial_s_ >= kLongTrial_s) return 1;
  const double ahead_s = std::max(kWorkAhead_s, 2 * sync_s_);
  const double trials = 1 + std::ceil(ahead_s / std::max(trial_s_, 1e-6));
  return static_cast<std::size_t>(std::min(trials, kDeepest));
}

double LookAhead::trials_per_s(std::size_t workers) const {
  return trial_s_ < 0 ? 0 : static_cast<double>(workers) / std::max(trial_s_, 1e-6);
}

}  // namespace polysweep
