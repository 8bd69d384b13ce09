// The results of one sweep, as plain values: what tables, figures and reports read.
//
// A missing value stays missing: a trial without a value has no entry, and its
// state says why. Nothing here is averaged.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/journal/event.h"
#include "framework/sweep/experiment.h"
#include "framework/sweep/parameters.h"
#include "framework/sweep/plan/plan_description.h"
#include "framework/sweep/trial.h"
#include "results/read/curve.h"
#include "results/schema/trial_state.h"

namespace polysweep {

struct TrialResult {
  TrialId id;
  std::uint32_t cell = 0;
  std::string replicate;  // the replicate's value, displayed; "" for none
  TrialState state = TrialState::kPending;
  int attempts = 0;
  std::string outcome;           // of the last attempt: outcome_name(), "" for none
  std::string message;           // of the last attempt
  std::string output_tail;       // of the last attempt
  int failed_attempts = 0;       // that ended neither well nor because they were stopped
  double elapsed_s = 0;          // of the counted attempt
  std::int64_t finished_us = 0;  // when the counted attempt ended, on its host's clock; 0: not
  double peak_memory_bytes = 0;
  // Points of the counted attempt that are in no series, with no other in their place
  // (view attempts, column points_dropped).
  std::uint64_t points_dropped = 0;
  ReportFindings findings;  // of the counted attempt
  std::string provenance;   // digest, "" unknown
  // The value of every metric that counts (MetricSpec::point), of done trials only.
  std::map<std::string, double> final_metrics;
};

struct CellResult {
  Parameters levels;
  int baseline = -1;  // index into cells, -1: none
  bool is_baseline = false;
  std::vector<std::size_t> trials;  // indexes into SweepResults::trials, by replicate
  std::uint32_t number = 0;         // of the cell in the plan
};

using MetricInfo = MetricSpec;

// The summary of a series. A value can be NaN; minimum and maximum are NaN if no
// value is finite.
struct SeriesResult {
  std::size_t trial = 0;  // index into SweepResults::trials
  std::uint64_t points = 0;
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  double last = 0;
  double minimum = 0;  // of the finite values
  double maximum = 0;
};

// A plan that the sweep had when some of its trials were done, before it was planned
// again.
struct EarlierPlan {
  std::size_t replicates = 0;  // levels of the replicate
  std::size_t trials = 0;
  std::size_t done = 0;  // of these, before the next planning
  ComparisonRule comparison;
  // What is otherwise in the plan of now: "with other seeds", "with another baseline", ...
  std::vector<std::string> changes;
};

class CurvesOnDemand;  // results/read/curves_on_demand.h

// Of the description, `factors` are without the replicate, and `metrics` also has
// those that trials reported without the experiment publishing them.
struct SweepResults : PlanDescription {
  std::string revision;
  // What readers must know of the versions of the code, as sentences.
  std::vector<std::string> code_notes;
  std::int64_t planned_us = 0;
  std::vector<EarlierPlan> earlier_plans;  // in the order of planning
  std::vector<CellResult> cells;
  std::vector<TrialResult> trials;  // in plan order
  // Provenance documents by digest: fact -> value.
  std::map<std::string, std::map<std::string, std::string>> provenance;
  // Every series by metric name, of all trials with points in any state, in plan
  // order.
  std::map<std::string, std::vector<SeriesResult>> series;
  // Those of metrics with more than one step. For a large sweep the curves are
  // empty, and `curves_on_demand` reads them.
  std::map<std::string, std::vector<Curve>> curves;
  // By metric whose `point` is a mean: series of done trials with fewer points.
  std::map<std::string, std::size_t> short_series;
  std::shared_ptr<const CurvesOnDemand> curves_on_demand;  // null: `curves` has all
};

}  // namespace polysweep
