// Where a host gets its trials from: the interface between a host and sharing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/sweep/trial.h"
#include "runners/host/retry_policy.h"

namespace polysweep {

// A trial that is not settled.
struct TrialToRun {
  std::size_t index = 0;  // in the list of the host's caller
  std::uint32_t next_attempt = 1;
  FailureCounts counts;  // of earlier attempts
  TrialId id;            // set if several hosts share the trials
  // The number of an attempt that another host started and did not finish before
  // it ended; 0: none. The host that runs the trial next records its end.
  std::uint32_t lost_attempt = 0;
  // The fraction that was done before this run; empty until it is known.
  std::optional<double> head_start;
};

// Trials that other hosts have settled since this host started.
struct SettledElsewhere {
  std::size_t done = 0;
  std::size_t diverged = 0;
  std::size_t failed = 0;

  std::size_t all() const { return done + diverged + failed; }
};

// A trial that take() returned belongs to the host until it is settled; the host
// requeues and retries it itself.
class WorkSource {
 public:
  virtual ~WorkSource() = default;

  // Trials for this host only, in their order: between `least` and `most`, as far
  // as there are so many; how many exactly depends on the other hosts. Empty if
  // none is available now.
  virtual std::vector<TrialToRun> take(std::size_t least, std::size_t most) = 0;
  // How many trials may still come. 0: there is nothing to wait for.
  virtual std::size_t left() const = 0;

  // Whether another host has treated our lease as expired, as far as is known.
  virtual bool overruled() const { return false; }
  // Claims `held` again: everything that take() returned and is not settled. Call
  // it when our lease has expired or we were overruled. Returns the trials that
  // other hosts have taken since.
  virtual std::vector<TrialId> retake(const std::vector<TrialId>& /*held*/) { return {}; }

  virtual SettledElsewhere elsewhere() const { return {}; }
  // The hosts that run the trials we wait for, for messages; "" if we wait for
  // none.
  virtual std::string waiting_for() const { return ""; }
};

// A list of trials that no other host runs.
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
