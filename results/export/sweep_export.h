// A sweep, written for other programs: CSV, JSON lines, TensorBoard, MLflow.
//
// What is written, column by column, is documented in docs/exports.md. A folder
// is made under a temporary name beside its place and gets its own name when it
// is whole and durable: a failure leaves nothing there. Trials of any state are
// exported, each as it stands when it is come to.
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
  // A folder that must not exist yet; for mlflow also the URL of a server, or a
  // folder of MLflow's that may.
  std::string place;
};

// FORMAT or FORMAT:PLACE; without a place it is `sweep`.FORMAT in the current
// folder. Throws Error that names the nearest known format.
ExportTarget parse_export_target(std::string_view words, const std::string& sweep);

struct ExportReport {
  std::string place;  // where it is now
  std::uint64_t trials = 0;
  std::uint64_t points = 0;
};

// `progress` is called with how many trials of how many are written.
using ExportProgress = std::function<void(std::size_t done, std::size_t total)>;

// Throws Error for an unknown sweep, for a place that is taken, and for whatever
// goes wrong with it.
ExportReport export_sweep(const Database& database, const std::string& sweep,
                          const ExportTarget& target, const ExportProgress& progress = {});

}  // namespace polysweep
