// The current state of a sweep: what runs in each slot, the speed, the time that
// is left, and what failed. For watch and serve.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"
#include "results/read/ledger.h"
#include "results/schema/database.h"

namespace polysweep {

// The last point of a series.
struct LastPoint {
  std::string metric;
  std::uint64_t points = 0;
  std::int64_t step = 0;
  double value = 0;
};

struct RunningTrial {
  TrialId id;
  std::uint32_t cell = 0;  // index into LiveSweep::cells
  std::string replicate;   // "" if the sweep has no replicates
  std::uint32_t attempt = 1;
  std::string host;
  int slot = 0;
  int device = -1;
  double age_s = 0;                    // since it was leased
  std::optional<double> expected_s;    // from finished trials of the same cell
  std::vector<LastPoint> last_points;  // by name
};

// An attempt that failed.
struct FailedAttempt {
  TrialId id;
  std::uint32_t cell = 0;
  std::uint32_t attempt = 1;
  std::string outcome;  // outcome_name()
  bool final = false;   // otherwise the trial is run again
  std::string message;
  std::string output_tail;  // the worker's last lines
  std::int64_t finished_us = 0;
};

struct LiveCell {
  Parameters levels;
  bool is_baseline = false;
  int baseline = -1;          // index into cells, -1: none
  std::vector<TrialId> done;  // of baselines only, in plan order
};

struct LiveSweep {
  std::string sweep;
  std::string experiment;
  std::string primary;   // metric
  std::string progress;  // the first metric with this role; "": none
  std::string replicate;
  std::int64_t planned_us = 0;
  StateCounts counts;
  std::vector<LiveCell> cells;
  std::vector<RunningTrial> running;    // by host and slot
  std::vector<FailedAttempt> failures;  // the latest 20, latest first
  // Trials settled per second over the last minute, or since the first of them
  // started if that is later. 0: none was settled in the last minute.
  double trials_per_s = 0;
  // The time until all are settled, estimated from the time that trials of the same
  // cell took (of any cell if none of it finished) and the gaps between trials, on
  // the slots that are busy now. Empty: nothing runs, or nothing has finished yet.
  std::optional<double> left_s;
  double peak_memory_bytes = 0;  // the maximum over finished trials
};

// `now_us`: microseconds since 1970 UTC. Throws Error that names the nearest
// known sweep.
LiveSweep load_live_sweep(const Database& database, const std::string& sweep, std::int64_t now_us);

}  // namespace polysweep
