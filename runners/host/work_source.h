// Where a host gets its trials from.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runners/host/trial_queue.h"

namespace polysweep {

// Trials that other hosts settled since this one began.
struct SettledElsewhere {
  std::size_t done = 0;
  std::size_t diverged = 0;
  std::size_t failed = 0;

  std::size_t all() const { return done + diverged + failed; }
};

// What may still be run. A trial that take() gave is the host's until it is
// settled; the host puts back and retries by itself.
class WorkSource {
 public:
  virtual ~WorkSource() = default;

  // Trials for this host alone, in their order: at least `least` where there are
  // so many, at most `most`; between the two as fairness to other hosts asks.
  // None: there is nothing now.
  virtual std::vector<TrialToRun> take(std::size_t least, std::size_t most) = 0;
  // How many may still come. 0: there is nothing to wait for.
  virtual std::size_t left() const = 0;

  // True where another host holds our lease to have run out, as far as we know.
  virtual bool overruled() const { return false; }
  // To be called when our lease has run out or we are overruled, with all that we
  // were given and have not settled. Returns those that others have taken since.
  virtual std::vector<TrialId> retake(const std::vector<TrialId>& /*held*/) { return {}; }

  virtual SettledElsewhere elsewhere() const { return {}; }
  // For a person: the hosts that run what we wait for; "" where we do not wait.
  virtual std::string waiting_for() const { return ""; }
};

// A list that nobody else runs.
class ListedWork : public WorkSource {
 public:
  explicit ListedWork(std::vector<TrialToRun> trials) : trials_(std::move(trials)) {}
  std::vector<TrialToRun> take(std::size_t least, std::size_t most) override;
  std::size_t left() const override { return trials_.size() - next_; }

 private:
  std::vector<TrialToRun> trials_;
  std::size_t next_ = 0;
};

}  // namespace polysweep
