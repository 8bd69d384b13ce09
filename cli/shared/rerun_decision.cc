#include "cli/shared/rerun_decision.h"

#include <fmt/format.h>

namespace polysweep {
namespace {

std::string outcome_text(const AttemptRecord* attempt) {
  if (attempt == nullptr) return "";
  return attempt->message.empty() ? attempt->outcome
                                  : fmt::format("{}: {}", attempt->outcome, attempt->message);
}

RerunDecision while_running(const AttemptRecord& attempt, const ActiveHosts& hosts) {
  if (hosts.status(attempt.host, attempt.epoch) == HostStatus::kActive) {
    return {false, fmt::format("attempt {} is running on host {}, slot {}", attempt.number,
                               attempt.host, attempt.slot)};
  }
  return {true, fmt::format("attempt {} was running on host {}, which died: the next attempt "
                            "resumes from the last checkpoint, if there is one",
                            attempt.number, attempt.host)};
}

RerunDecision while_missing(const TrialRecord& trial) {
  const AttemptRecord* last = trial.counted_attempt();
  if (last == nullptr) return {true, "it was never started"};
  if (last->outcome == "stopped" || last->outcome == "host lost" || last->outcome == "preempted") {
    return {true, fmt::format("attempt {} was interrupted ({}); the next one resumes from the last "
                              "checkpoint, if there is one",
                              last->number, outcome_text(last))};
  }
  return {true,
          fmt::format("attempt {} failed and is retried ({})", last->number, outcome_text(last))};
}

}  // namespace

RerunDecision rerun_decision(const TrialRecord& trial, const ActiveHosts& hosts) {
  if (trial.sweeps.empty()) return {false, "no sweep of this store plans it any more"};
  const AttemptRecord* counted = trial.counted_attempt();
  switch (trial.state) {
    case TrialState::kDone:
      return {false,
              fmt::format("it is done (attempt {})", counted == nullptr ? 1 : counted->number)};
    case TrialState::kDiverged:
      return {false, fmt::format("it diverged, which is a result ({})", outcome_text(counted))};
    case TrialState::kFailed:
      return {false, fmt::format("it failed ({}) and is not retried; `polysweep retry` allows more "
                                 "attempts",
                                 outcome_text(counted))};
    case TrialState::kRunning:
      if (counted != nullptr) return while_running(*counted, hosts);
      [[fallthrough]];
    case TrialState::kPending:
      break;
  }
  return while_missing(trial);
}

}  // namespace polysweep
