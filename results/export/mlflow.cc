// MLflow: an experiment per sweep, a run per trial whose run id is the trial's.
//
// Into a folder in the layout of MLflow's file store (mlflow/store/tracking/
// file_store.py): EXPERIMENT/meta.yaml, EXPERIMENT/RUN/meta.yaml and below it
// params/NAME, metrics/NAME ("time value step" a line), tags/NAME; or, for a URL,
// to a server (mlflow_server.h).
#include <cmath>

#include "framework/core/digest.h"
#include "framework/core/error.h"
#include "results/export/export_folder.h"
#include "results/export/exporter.h"
#include "results/export/mlflow_run.h"
#include "results/export/mlflow_server.h"

namespace polysweep {
namespace {

// MLflow wants digits; these are the same for the same sweep.
std::string experiment_id(const std::string& sweep) {
  const std::string hex = sha256_hex(sweep);
  return std::to_string(100'000'000'000'000'000 + std::stoull(hex.substr(0, 14), nullptr, 16));
}

// YAML's double-quoted style takes JSON's escapes.
std::string yaml(const std::string& text) { return Value(text).canonical(); }

std::filesystem::path store_of(const std::string& place) {
  std::filesystem::path out = std::filesystem::absolute(place).lexically_normal();
  if (!out.has_filename()) out = out.parent_path();
  if (std::filesystem::exists(out) && !std::filesystem::is_directory(out)) {
    fail("{} exists and is no folder of MLflow's; name another place", out.string());
  }
  return out;
}

class FileStoreExporter : public Exporter {
 public:
  explicit FileStoreExporter(const ExportRequest& request);
  void add(const ExportedTrial& trial) override;
  void finish() override { folder_.finish(); }

 private:
  std::string id_;
  std::filesystem::path store_;
  bool is_new_;  // then the store is made with the experiment in it
  ExportFolder folder_;
  std::filesystem::path experiment_;  // while it is written
};

FileStoreExporter::FileStoreExporter(const ExportRequest& request)
    : id_(experiment_id(request.sweep.sweep)),
      store_(store_of(request.place)),
      is_new_(!std::filesystem::exists(store_)),
      folder_(is_new_ ? store_ : store_ / id_, store_.parent_path()),
      experiment_(is_new_ ? folder_.path() / id_ : folder_.path()) {
  if (is_new_) make_folder(experiment_);
  const std::int64_t time_ms = request.sweep.planned_us / 1000;
  write_file(experiment_ / "meta.yaml",
             fmt::format("artifact_location: {}\ncreation_time: {}\nexperiment_id: '{}'\n"
                         "last_update_time: {}\nlifecycle_stage: active\nname: {}\n",
                         yaml("file://" + (store_ / id_).string()), time_ms, id_, time_ms,
                         yaml(request.sweep.sweep)));
  make_folder(experiment_ / "tags");
  for (const auto& [name, value] : mlflow_sweep_tags(request.sweep)) {
    write_file(experiment_ / "tags" / name, value);
  }
}

void FileStoreExporter::add(const ExportedTrial& trial) {
  const MlflowRun run = mlflow_run(trial);
  const std::filesystem::path folder = experiment_ / run.id;
  make_folder(folder);
  for (const char* name : {"params", "metrics", "tags", "artifacts"}) make_folder(folder / name);
  write_file(
      folder / "meta.yaml",
      fmt::format("artifact_uri: {}\nend_time: {}\nentry_point_name: ''\nexperiment_id: '{}'\n"
                  "lifecycle_stage: active\nrun_id: {}\nrun_name: {}\nrun_uuid: {}\n"
                  "source_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: {}\n"
                  "status: {}\ntags: []\nuser_id: polysweep\n",
                  yaml("file://" + (store_ / id_ / run.id / "artifacts").string()),
                  run.end_ms == 0 ? "null" : std::to_string(run.end_ms), id_, run.id,
                  yaml(run.name), run.id, run.start_ms, mlflow_status_number(run.status)));
  for (const auto& [name, value] : run.parameters) write_file(folder / "params" / name, value);
  for (const auto& [name, value] : run.tags) write_file(folder / "tags" / name, value);
  for (const auto& [name, series] : run.metrics) {
    OutputFile file(folder / "metrics" / name);
    for (const CurvePoint& point : *series) {
      file.write(fmt::format("{} {} {}\n", run.start_ms, point.value, point.step));
    }
    file.close();
  }
}

}  // namespace

std::unique_ptr<Exporter> mlflow_exporter(const ExportRequest& request) {
  const bool is_server =
      request.place.starts_with("http://") || request.place.starts_with("https://");
  if (is_server) return mlflow_server_exporter(request);
  return std::make_unique<FileStoreExporter>(request);
}

}  // namespace polysweep
