// The interface of the export formats. Internal to results/.
//
// A format is one file that defines its function below, and a row in the table
// of sweep_export.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"
#include "results/read/trial_record.h"
#include "results/read/trial_table.h"

namespace polysweep {

struct ExportedSeries {
  std::string metric;
  std::vector<CurvePoint> points;  // by step
};

struct ExportedTrial {
  std::size_t position = 0;  // in the plan
  std::uint32_t cell = 0;
  TrialRecord record;
  std::vector<ExportedSeries> series;  // by metric
};

struct ExportRequest {
  const SweepResults& sweep;
  const std::vector<TrialRow>& rows;  // of its trials, in plan order
  std::string place;
};

class Exporter {
 public:
  virtual ~Exporter() = default;
  // In plan order.
  virtual void add(const ExportedTrial& trial) = 0;
  // After the last one: makes the export visible at its place.
  virtual void finish() = 0;
};

std::unique_ptr<Exporter> csv_exporter(const ExportRequest& request);
std::unique_ptr<Exporter> jsonl_exporter(const ExportRequest& request);
std::unique_ptr<Exporter> tensorboard_exporter(const ExportRequest& request);
std::unique_ptr<Exporter> mlflow_exporter(const ExportRequest& request);

}  // namespace polysweep
