// Stops a host on whose machine trials fail that would not fail elsewhere.
//
// It opens when the last k settled trials of this run, or more, failed in the same way
// and none was done (or diverged) in between, unless they all share a level that no
// trial with a result had: then the level may be the cause, and they stay failed. A
// host continues past a level that always fails; failures without a level in common,
// or whose common levels have all given results, are the machine's. Pure decisions
// without side effects.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "framework/journal/event.h"
#include "framework/sweep/parameters.h"
#include "runners/store/trial_reopening.h"

namespace polysweep {

class MachineBreaker {
 public:
  // k = 0: never opens.
  explicit MachineBreaker(int k) : k_(k) {}

  // A trial was settled with `outcome`. `levels`: of its cell, without the replicate.
  void settled(const FailedTrial& trial, Outcome outcome, std::string_view message,
               const Parameters& levels);

  // Whether the failures since the last result are not explained by a level.
  bool blames_machine() const;
  // Opens it at fewer than k failures: something else has stopped the run, and other
  // runs have had results.
  void open();
  // A sentence that says why the run stops; empty while it continues.
  std::optional<std::string> sentence() const;
  // Once it is open: the trials of these failures, each once. They are not settled.
  std::vector<FailedTrial> take_failed();

 private:
  int k_;
  bool open_ = false;
  std::string class_;
  std::string message_;
  std::size_t failures_ = 0;                       // alike, since the last result
  std::vector<FailedTrial> failed_;                // those that take_failed() has not returned
  Parameters shared_;                              // the levels that they have in common
  std::map<std::string, std::set<Value>> proven_;  // levels that have given results
};

}  // namespace polysweep
