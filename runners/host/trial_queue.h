// The trials that a host still has to run, and how far ahead of a worker.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "runners/host/work_source.h"

namespace polysweep {

// Trials in their order. A trial that is put back comes first, the last one put
// back foremost. Trials that must run alone on their device wait separately, by
// device group.
class TrialQueue {
 public:
  explicit TrialQueue(std::vector<TrialToRun> trials = {});

  bool empty() const { return size() == 0; }
  std::size_t size() const { return ordinary() + alone_count_; }
  // Without those that must run alone.
  std::size_t ordinary() const { return put_back_.size() + trials_.size(); }

  // Adds them behind all others.
  void add(std::vector<TrialToRun> trials);
  std::optional<TrialToRun> take();
  void put_back(const TrialToRun& trial) { put_back_.push_back(trial); }

  void put_alone(int device_group, const TrialToRun& trial);
  bool wants_alone(int device_group) const;
  std::optional<TrialToRun> take_alone(int device_group);

  // The ids of all trials in it.
  std::vector<TrialId> ids() const;
  // Removes these trials, wherever they wait.
  void remove(const std::set<TrialId>& ids);

 private:
  std::deque<TrialToRun> trials_;
  std::vector<TrialToRun> put_back_;
  std::map<int, std::deque<TrialToRun>> alone_;
  std::size_t alone_count_ = 0;
};

// How many attempts to assign to a worker in advance, from how long trials have
// taken and how long a sync takes: one while trials are long or nothing is known,
// enough to never leave the worker waiting while they are short.
class LookAhead {
 public:
  void trial_took(double elapsed_s);
  void sync_took(double elapsed_s);
  std::size_t depth() const;
  // How many trials this many workers finish per second; 0 while nothing is known.
  double trials_per_s(std::size_t workers) const;
  // The longest trial so far; 0: none.
  double longest_s() const { return longest_s_; }

 private:
  double trial_s_ = -1;  // running means; negative: unknown
  double sync_s_ = 0;
  double longest_s_ = 0;
};

}  // namespace polysweep
