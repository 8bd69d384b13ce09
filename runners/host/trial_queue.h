// What is still to be run, in which order, and how far ahead of a worker.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "framework/sweep/trial.h"
#include "runners/host/retry_policy.h"

namespace polysweep {

// A trial of the list to be run.
struct TrialToRun {
  std::size_t index = 0;  // as the caller of the host knows it
  std::uint32_t next_attempt = 1;
  FailureCounts counts;  // of earlier attempts
  TrialId id;            // where several hosts share the trials
  // An attempt of another host that vanished in the middle of it; 0: none. The
  // host that runs the trial says so in its journal.
  std::uint32_t lost_attempt = 0;
  // The fraction that was done before this run; empty until it is known.
  std::optional<double> head_start;
};

// The trials in their order; what is put back comes first again, the last put
// back foremost. Those that must run alone on their device wait by its group.
class TrialQueue {
 public:
  explicit TrialQueue(std::vector<TrialToRun> trials = {});

  bool empty() const { return size() == 0; }
  std::size_t size() const { return ordinary() + alone_count_; }
  // Without those that must run alone.
  std::size_t ordinary() const { return put_back_.size() + trials_.size(); }

  // Behind all others.
  void add(std::vector<TrialToRun> trials);
  std::optional<TrialToRun> take();
  void put_back(const TrialToRun& trial) { put_back_.push_back(trial); }

  void put_alone(int device_group, const TrialToRun& trial);
  bool wants_alone(int device_group) const;
  std::optional<TrialToRun> take_alone(int device_group);

  // The ids of all trials in it.
  std::vector<TrialId> ids() const;
  // Takes these out, wherever they wait.
  void remove(const std::set<TrialId>& ids);

 private:
  std::deque<TrialToRun> trials_;
  std::vector<TrialToRun> put_back_;
  std::map<int, std::deque<TrialToRun>> alone_;
  std::size_t alone_count_ = 0;
};

// How many trials a worker shall have at hand, by what trials have taken so far
// and what it takes to make a lease durable: one while trials are long or
// nothing is known, so many that it never waits where they are short.
class LookAhead {
 public:
  void trial_took(double elapsed_s);
  void sync_took(double elapsed_s);
  std::size_t depth() const;
  // How many trials so many workers end in a second; 0 while nothing is known.
  double trials_per_s(std::size_t workers) const;

 private:
  double trial_s_ = -1;  // running means; negative: unknown
  double sync_s_ = 0;
};

}  // namespace polysweep
