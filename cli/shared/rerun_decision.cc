#include "cli/shared/rerun_decision.h"

#include <fmt/format.h>

namespace polysweep {
namespace {

std::string ended_with(const AttemptRecord* attempt) {
  if (attempt == nullptr) return "";
  return attempt->message.empty() ? attempt->outcome
                                  : fmt::format("{}: {}", attempt->outcome, attempt->message);
}

RerunDecision while_running(const AttemptRecord& attempt, const ActiveHosts& hosts) {
  if (hosts.status(attempt.host, attempt.epoch) == HostStatus::kActive) {
    return {false, fmt::format("attempt {} runs now on host {}, slot {}", attempt.number,
                               attempt.host, attempt.slot)};
  }
  return {true, fmt::format("attempt {} was running on host {}, which died: it is run again at no "
                            "cost, from its last checkpoint where it made one",
                            attempt.number, attempt.host)};
}

RerunDecision while_missing(const TrialRecord& trial) {
  const AttemptRecord* last = trial.counted_attempt();
  if (last == nullptr) return {true, "it was never started"};
  if (last->outcome == "stopped" || last->outcome == "host lost" || last->outcome == "preempted") {
    return {true, fmt::format("attempt {} did not come to its end ({}); it goes on from its last "
                              "checkpoint where it made one",
                              last->number, ended_with(last))};
  }
  return {true, fmt::format("attempt {} ended badly, and not for good ({})", last->number,
                            ended_with(last))};
}

}  // namespace

RerunDecision rerun_decision(const TrialRecord& trial, const ActiveHosts& hosts) {
  if (trial.sweeps.empty()) return {false, "no sweep of this store holds it as last planned"};
  const AttemptRecord* counted = trial.counted_attempt();
  switch (trial.state) {
    case TrialState::kDone:
      return {false,
              fmt::format("it is done, by attempt {}", counted == nullptr ? 1 : counted->number)};
    case TrialState::kDiverged:
      return {false, fmt::format("it diverged, which is a result ({})", ended_with(counted))};
    case TrialState::kFailed:
      return {false, fmt::format("it failed for good ({}); `polysweep retry` gives it another "
                                 "attempt",
                                 ended_with(counted))};
    case TrialState::kRunning:
      if (counted != nullptr) return while_running(*counted, hosts);
      [[fallthrough]];
    case TrialState::kPending:
      break;
  }
  return while_missing(trial);
}

}  // namespace polysweep
