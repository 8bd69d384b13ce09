// Everything a report needs of one sweep, as plain values read from the database.
//
// A hole stays a hole: a trial without a value has no entry, and its state says
// why. Nothing here is averaged.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"
#include "results/schema/database.h"
#include "results/schema/trial_state.h"

namespace polysweep {

struct TrialResult {
  TrialId id;
  std::uint32_t cell = 0;
  std::string replicate;  // the replicate's value, displayed; "" where there is none
  TrialState state = TrialState::kPending;
  int attempts = 0;
  std::string outcome;      // of the last attempt: outcome_name(), "" for none
  std::string message;      // of the last attempt
  std::string output_tail;  // of the last attempt
  double elapsed_s = 0;     // of the counted attempt
  double peak_memory_bytes = 0;
  // Points of the counted attempt that are in no series, with no other in their place
  // (view attempts, column points_dropped).
  std::uint64_t points_dropped = 0;
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
  Role role = Role::kNone;
};

using MetricInfo = MetricSpec;

struct CurvePoint {
  std::int64_t step = 0;
  double value = 0;
};
struct Curve {
  std::size_t trial = 0;  // index into SweepResults::trials
  std::vector<CurvePoint> points;
};

// A series in brief. A value is NaN where it is NaN, or where none is finite.
struct SeriesResult {
  std::size_t trial = 0;  // index into SweepResults::trials
  std::uint64_t points = 0;
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  double last = 0;
  double minimum = 0;  // of the finite values
  double maximum = 0;
};

class CurveSource;  // results/read/curve_source.h

struct ExclusionInfo {
  std::string reason;
  std::uint64_t count = 0;
};

struct SweepResults {
  std::string sweep;
  std::string experiment;
  int experiment_version = 1;
  std::string experiment_doc;
  std::string clock{kDefaultClock};  // ExperimentSpec::clock
  std::string file;
  std::string text;
  std::vector<std::string> overrides;
  std::string revision;
  std::int64_t planned_us = 0;
  std::string replicate;
  Parameters fixed;
  Parameters defaults;
  std::map<std::string, Role> roles;  // of the parameters that have one, by name
  std::vector<FactorInfo> factors;    // without the replicate
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
  // Every series by metric name, of all trials that have points, whatever their
  // state, in plan order.
  std::map<std::string, std::vector<SeriesResult>> series;
  // Those of metrics that have more than one step. Of a large sweep there are
  // names alone: its curves are asked from `curve_source`.
  std::map<std::string, std::vector<Curve>> curves;
  std::shared_ptr<const CurveSource> curve_source;  // null: `curves` has all
};

struct SweepResultsOptions {
  // Longer series are thinned to so many of their points, evenly spaced, first
  // and last kept (0: no limit).
  std::size_t points_per_curve = 1000;
  // A sweep whose curves would have more points than this is a large one (0: any is).
  std::size_t points_in_all = 1'000'000;
  // The trials of these cells alone; the others have none. Empty: all.
  std::vector<std::uint32_t> cells;
};

// Throws Error that names the nearest known sweep. `database` must outlive the
// curve source.
SweepResults load_sweep_results(const Database& database, const std::string& sweep,
                                const SweepResultsOptions& options = {});

// By name.
std::vector<std::string> sweep_names(const Database& database);

}  // namespace polysweep
