// MLflow: an experiment per sweep and a run per trial, on a tracking server.
//
// The experiment is created under a temporary name and gets the sweep's name when
// all runs are complete; after a failure it is deleted. Run ids are the server's:
// the tag polysweep.trial says which trial a run is.
#include <unistd.h>

#include <cmath>

#include "framework/core/clock.h"
#include "framework/core/error.h"
#include "framework/core/suggestion.h"
#include "results/export/exporter.h"
#include "results/export/mlflow_client.h"
#include "results/export/mlflow_run.h"

namespace polysweep {
namespace {

using Json = nlohmann::ordered_json;

// The most that a server accepts in one request (MLflow's own limits).
constexpr std::size_t kMostMetrics = 1000;
constexpr std::size_t kMostParameters = 100;
constexpr std::size_t kMostTags = 100;

Json named_values(std::map<std::string, std::string>::const_iterator begin,
                  std::map<std::string, std::string>::const_iterator end) {
  Json out = Json::array();
  for (; begin != end; ++begin) out.push_back({{"key", begin->first}, {"value", begin->second}});
  return out;
}

class MlflowExporter : public Exporter {
 public:
  explicit MlflowExporter(const ExportRequest& request);
  ~MlflowExporter() override;
  void add(const ExportedTrial& trial) override;
  void finish() override;

 private:
  void log_values(const std::string& run_id, const MlflowRun& run);
  void log_metrics(const std::string& run_id, const MlflowRun& run);

  MlflowClient server_;
  std::string sweep_;
  std::string experiment_id_;  // "": nothing to delete
};

MlflowExporter::MlflowExporter(const ExportRequest& request)
    : server_(request.place), sweep_(request.sweep.sweep) {
  if (const auto known = server_.find_experiment(sweep_)) {
    const bool deleted = known->value("lifecycle_stage", "") == "deleted";
    fail("the MLflow server {} already has {} experiment {}; {} it there first", server_.url(),
         deleted ? "a deleted" : "an", in_quotes(sweep_),
         deleted ? "restore and rename, or `mlflow gc`," : "rename");
  }
  Json tags = Json::array();
  for (const auto& [name, value] : mlflow_sweep_tags(request.sweep)) {
    tags.push_back({{"key", name}, {"value", value}});
  }
  const Json made = server_.call(
      "experiments/create", {{"name", fmt::format("{} (export in progress, process {}, {})", sweep_,
                                                  getpid(), system_clock().wall_us())},
                             {"tags", tags}});
  experiment_id_ = made.value("experiment_id", "");
}

MlflowExporter::~MlflowExporter() {
  if (experiment_id_.empty()) return;
  try {
    server_.call("experiments/delete", {{"experiment_id", experiment_id_}});
  } catch (const Error&) {
    // The server does not answer. The temporary name says what the experiment is.
  }
}

void MlflowExporter::add(const ExportedTrial& trial) {
  check(!experiment_id_.empty(), "a run belongs to the experiment of this export");
  const MlflowRun run = mlflow_run(trial);
  const Json made = server_.call(
      "runs/create",
      {{"experiment_id", experiment_id_}, {"run_name", run.name}, {"start_time", run.start_ms}});
  const std::string run_id = made.value(Json::json_pointer("/run/info/run_id"), "");
  if (run_id.empty()) fail("the MLflow server {} made a run without an id", server_.url());
  log_values(run_id, run);
  log_metrics(run_id, run);
  Json update = {{"run_id", run_id}, {"status", run.status}};
  if (run.end_ms != 0) update["end_time"] = run.end_ms;
  server_.call("runs/update", update);
}

void MlflowExporter::log_values(const std::string& run_id, const MlflowRun& run) {
  const auto in_parts = [&](const std::map<std::string, std::string>& values, const char* member,
                            std::size_t most) {
    for (auto begin = values.begin(); begin != values.end();) {
      auto end = begin;
      for (std::size_t i = 0; i < most && end != values.end(); ++i) ++end;
      server_.call("runs/log-batch", {{"run_id", run_id}, {member, named_values(begin, end)}});
      begin = end;
    }
  };
  in_parts(run.parameters, "params", kMostParameters);
  in_parts(run.tags, "tags", kMostTags);
}

void MlflowExporter::log_metrics(const std::string& run_id, const MlflowRun& run) {
  Json batch = Json::array();
  const auto send = [&] {
    if (batch.empty()) return;
    server_.call("runs/log-batch", {{"run_id", run_id}, {"metrics", batch}});
    batch = Json::array();
  };
  for (const auto& [name, series] : run.metrics) {
    for (const CurvePoint& point : *series) {
      // The JSON form of Protocol Buffers writes these values as strings.
      Json value = point.value;
      if (std::isnan(point.value)) value = "NaN";
      if (std::isinf(point.value)) value = point.value > 0 ? "Infinity" : "-Infinity";
      batch.push_back({{"key", name},
                       {"value", std::move(value)},
                       {"timestamp", run.start_ms},
                       {"step", point.step}});
      if (batch.size() == kMostMetrics) send();
    }
  }
  send();
}

void MlflowExporter::finish() {
  server_.call("experiments/update", {{"experiment_id", experiment_id_}, {"new_name", sweep_}});
  experiment_id_.clear();
}

}  // namespace

std::unique_ptr<Exporter> mlflow_exporter(const ExportRequest& request) {
  return std::make_unique<MlflowExporter>(request);
}

}  // namespace polysweep
