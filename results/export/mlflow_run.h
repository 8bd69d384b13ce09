// A trial in MLflow's terms: names and values that a server accepts. Internal to
// results/.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "results/export/exporter.h"

namespace polysweep {

struct MlflowRun {
  std::string id;             // the trial's, 32 hex digits
  std::string name;           // its first 12
  std::string status;         // "FINISHED", "FAILED", "RUNNING", "SCHEDULED"
  std::int64_t start_ms = 0;  // of the counted attempt; 0: unknown
  std::int64_t end_ms = 0;
  std::map<std::string, std::string> parameters;
  std::map<std::string, std::string> tags;
  std::map<std::string, const std::vector<CurvePoint>*> metrics;  // of the trial given
};

// A name of letters, digits, _ - . and spaces, as MLflow requires; every other
// byte is written as its two hex digits between '_'. Names that begin or end
// with '.' or a space get a '_'.
std::string mlflow_name(std::string_view name);

// The trial must outlive the run.
MlflowRun mlflow_run(const ExportedTrial& trial);
std::map<std::string, std::string> mlflow_sweep_tags(const SweepResults& sweep);

}  // namespace polysweep
