// Everything a report needs of one sweep, as plain values read from the database.
//
// A hole stays a hole: a trial without a value has no entry, and its state says
// why. Nothing here is averaged.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/experiment.h"
#include "framework/parameters.h"
#include "framework/trial.h"
#include "results/database.h"

namespace polysweep {

enum class TrialState : std::uint8_t { kMissing, kRunning, kDone, kDiverged, kFailed };
std::string_view state_name(TrialState state);  // "missing", "running", ...

struct TrialResult {
  TrialId id;
  std::uint32_t cell = 0;
  std::string replicate;  // the replicate's value, displayed; "" where there is none
  TrialState state = TrialState::kMissing;
  int attempts = 0;
  std::string outcome;      // of the last attempt: outcome_name(), "" for none
  std::string message;      // of the last attempt
  std::string output_tail;  // of the last attempt
  double elapsed_s = 0;     // of the counted attempt
  double peak_memory_bytes = 0;
  std::string provenance;  // digest, "" unknown
  // Last value of every metric, of done trials only.
  std::map<std::string, double> final_metrics;
};

struct CellResult {
  Parameters levels;
  int baseline = -1;  // index into cells, -1: none
  bool is_baseline = false;
  std::vector<std::size_t> trials;  // indexes into SweepResults::trials, by replicate
};

struct FactorInfo {
  std::string name;
  std::vector<Value> levels;
  std::string unit;
  std::string doc;
};

struct MetricInfo {
  std::string name;
  Goal goal = Goal::kMinimize;
  std::string unit;
  std::string doc;
};

struct CurvePoint {
  std::int64_t step = 0;
  double value = 0;
};
struct Curve {
  std::size_t trial = 0;  // index into SweepResults::trials
  std::vector<CurvePoint> points;
};

struct ExclusionInfo {
  std::string reason;
  std::uint64_t count = 0;
};

struct SweepResults {
  std::string sweep;
  std::string experiment;
  int experiment_version = 1;
  std::string experiment_doc;
  std::string file;
  std::string text;
  std::vector<std::string> overrides;
  std::string revision;
  std::int64_t planned_us = 0;
  std::string replicate;
  Parameters fixed;
  Parameters defaults;
  std::vector<FactorInfo> factors;  // without the replicate
  Parameters baseline;
  MetricInfo primary;
  std::vector<MetricInfo> secondary;
  std::vector<MetricInfo> metrics;  // all that the experiment publishes or trials reported
  std::vector<ExclusionInfo> exclusions;
  std::map<std::string, std::string> data_digests;
  std::vector<CellResult> cells;
  std::vector<TrialResult> trials;  // in plan order
  // Provenance documents by digest: fact -> value.
  std::map<std::string, std::map<std::string, std::string>> provenance;
  // Series of those metrics that have more than one step, by metric name; of
  // all trials that have points, whatever their state, in plan order.
  std::map<std::string, std::vector<Curve>> curves;
};

struct SweepResultsOptions {
  // Longer series are thinned to so many of their points, evenly spaced, first
  // and last kept (0: no limit).
  std::size_t points_per_curve = 1000;
};

// Throws Error that names the nearest known sweep.
SweepResults load_sweep_results(const Database& database, const std::string& sweep,
                                SweepResultsOptions options = {});

// By name.
std::vector<std::string> sweep_names(const Database& database);

}  // namespace polysweep
