#include "results/export/mlflow_run.h"

#include <array>
#include <cctype>

#include "framework/core/error.h"
#include "framework/core/name_rule.h"
#include "framework/core/utf8.h"

namespace polysweep {
namespace {

// Longer values are refused by MLflow's server.
constexpr std::size_t kLongestParameter = 6000;
constexpr std::size_t kLongestTag = 5000;
constexpr std::size_t kLongestName = 200;

struct Status {
  TrialState state;
  const char* name;
};
constexpr std::array kStatuses{
    Status{TrialState::kRunning, "RUNNING"}, Status{TrialState::kPending, "SCHEDULED"},
    Status{TrialState::kDone, "FINISHED"}, Status{TrialState::kDiverged, "FAILED"},
    Status{TrialState::kFailed, "FAILED"}};

// Two names that come out alike get numbers: none is lost.
template <typename T>
void add_named(std::map<std::string, T>& to, std::string_view name, T value) {
  const std::string base = mlflow_name(name);
  std::string unique = base;
  for (int i = 2; to.contains(unique); ++i) unique = fmt::format("{}-{}", base, i);
  to.emplace(unique, std::move(value));
}

std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  return text.substr(0, utf8_cut(text, most - 3)) + "...";
}

}  // namespace

std::string mlflow_name(std::string_view name) {
  std::string out;
  for (const char each : name) {
    const bool plain =
        is_letter_or_digit(each) || std::string_view("_-. ").find(each) != std::string::npos;
    out += plain ? std::string(1, each) : fmt::format("_{:02x}_", static_cast<unsigned char>(each));
  }
  if (out.size() > kLongestName) out.resize(kLongestName);
  if (out.empty() || out.front() == '.' || out.front() == ' ') out.insert(0, "_");
  if (out.back() == '.' || out.back() == ' ') out += '_';
  return out;
}

MlflowRun mlflow_run(const ExportedTrial& trial) {
  const TrialRecord& record = trial.record;
  MlflowRun run;
  run.id = record.id.hex();
  run.name = record.id.brief();
  for (const Status& each : kStatuses) {
    if (each.state == record.state) run.status = each.name;
  }
  check(!run.status.empty(), "every state of a trial has a status of MLflow");
  for (const auto& [name, value] : record.parameters) {
    add_named(run.parameters, name, cut(value.display(), kLongestParameter));
  }
  for (const ExportedSeries& series : trial.series) {
    add_named(run.metrics, series.metric, &series.points);
  }
  run.tags = {{"mlflow.runName", run.name},
              {"mlflow.user", "polysweep"},
              {"polysweep.trial", run.id},
              {"polysweep.state", std::string(state_name(record.state))},
              {"polysweep.cell", std::to_string(trial.cell)},
              {"polysweep.position", std::to_string(trial.position)}};
  for (const AttemptRecord& each : record.attempts) {
    if (!each.counted) continue;
    run.start_ms = each.started_us / 1000;
    run.end_ms = each.finished_us / 1000;
    run.tags["polysweep.attempt"] = std::to_string(each.number);
    if (!each.message.empty()) run.tags["polysweep.message"] = cut(each.message, kLongestTag);
  }
  for (const auto& [fact, value] : record.provenance) {
    add_named(run.tags, "polysweep.provenance." + fact, cut(value, kLongestTag));
  }
  return run;
}

std::map<std::string, std::string> mlflow_sweep_tags(const SweepResults& sweep) {
  return {{"polysweep.sweep", cut(sweep.sweep, kLongestTag)},
          {"polysweep.experiment", cut(sweep.experiment, kLongestTag)},
          {"polysweep.revision", sweep.revision}};
}

}  // namespace polysweep
