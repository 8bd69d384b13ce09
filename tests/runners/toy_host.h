// A host with real workers that run toy, and what its journal says afterwards.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "framework/journal/event.h"
#include "framework/sweep/experiment.h"
#include "runners/host/host.h"
#include "tests/support/temporary_folder.h"

namespace polysweep {

// Keeps what a sink was told.
class KeptProgress : public SilentProgress {
 public:
  void failure(const AttemptFailure& failure) override { failures.push_back(failure); }
  void notice(const std::string& sentence) override { notices.push_back(sentence); }
  void finished(const ProgressCounts& counts) override { last = counts; }

  std::vector<AttemptFailure> failures;
  std::vector<std::string> notices;
  ProgressCounts last;
};

class ToyHost {
 public:
  // `slots` workers; the catalogue is asked of the plain worker itself.
  explicit ToyHost(int slots = 2);

  HostOptions options;
  KeptProgress progress;
  // Made for each run.
  std::unique_ptr<StopFlag> stop;
  // Called by the host's thread whenever it reports; may request a stop.
  std::function<void(const ProgressCounts&)> on_update;

  // A trial of toy: "x=1 steps=3 fault=throw".
  void add(const std::string& words);
  // `count` trials that differ in their seed.
  void add(int count, const std::string& words);
  const std::vector<Trial>& trials() const { return trials_; }

  HostResult run();
  // Runs those that the journal does not know as settled, as a second run does.
  HostResult run_again();

  // All events of the journal; fails the test if it is damaged.
  std::vector<Event> events() const;
  std::vector<AttemptFinished> ends(const TrialId& id) const;
  // The only end of trial `index`.
  AttemptFinished only_end(std::size_t index) const;
  // Value of the point of a metric at its last step in the attempt; NaN: none.
  double metric(std::size_t index, std::uint32_t attempt, const std::string& name) const;
  // Leases and ends are one to one, at most one end of a trial is final, and all
  // trials have a final end (if `all_settled`).
  void check_journal(bool all_settled = true) const;

  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  HostResult run_list(std::vector<TrialToRun> list);

  TemporaryFolder folder_;
  Catalogue catalogue_;
  std::vector<Trial> trials_;
};

// Processes whose parent we are: what a host has left behind.
std::vector<int> own_children();

}  // namespace polysweep
