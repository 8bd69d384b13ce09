// Exports a sweep for other programs: CSV, JSON lines, TensorBoard, MLflow.
//
// results/EXPORTS.md documents what is written. A folder is made under a
// temporary name beside its place and renamed when it is complete and durable: a
// failure leaves nothing behind. Trials of every state are exported, each in its
// state at the moment when it is read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "results/schema/database.h"

namespace polysweep {

// "csv", "jsonl", "tensorboard", "mlflow".
std::vector<std::string> export_formats();

struct ExportTarget {
  std::string format;
  // A folder that must not exist yet; for mlflow the URL of a tracking server.
  std::string place;
};

// FORMAT or FORMAT:PLACE. Without a place it is the folder `sweep`.FORMAT in the
// current folder; mlflow needs one. Throws Error that names the nearest known
// format.
ExportTarget parse_export_target(std::string_view argument, const std::string& sweep);

struct ExportReport {
  std::string place;
  std::uint64_t trials = 0;
  std::uint64_t points = 0;
};

// Called after each trial with the number of trials that are written.
using ExportProgress = std::function<void(std::size_t done, std::size_t total)>;

// Throws Error for an unknown sweep, for a place that exists, and if anything
// cannot be written.
ExportReport export_sweep(const Database& database, const std::string& sweep,
                          const ExportTarget& target, const ExportProgress& progress = {});

}  // namespace polysweep
