// A sweep as it stands this moment: what runs in each slot, how fast it goes,
// how long it will still take, what failed. For watch and serve.
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
  std::string replicate;   // "" where nothing is repeated
  std::uint32_t attempt = 1;
  std::string host;
  int slot = 0;
  int device = -1;
  double age_s = 0;                    // since it was leased
  std::optional<double> expected_s;    // of trials like it that ended
  std::vector<LastPoint> last_points;  // by name
};

// An attempt that ended badly.
struct BadEnd {
  TrialId id;
  std::uint32_t cell = 0;
  std::uint32_t attempt = 1;
  std::string outcome;  // outcome_name()
  bool final = false;   // else the trial is run again
  std::string message;
  std::string output_tail;  // the worker's last lines
  std::int64_t finished_us = 0;
};

struct LiveCell {
  Parameters levels;
  bool is_baseline = false;
  int baseline = -1;          // index into cells, -1: none
  std::vector<TrialId> done;  // of baselines alone, in plan order
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
  std::vector<RunningTrial> running;  // by host and slot
  std::vector<BadEnd> bad_ends;       // the latest 20, latest first
  // Trials settled a second over the last minute, or over all of the time that
  // they took where that is shorter. 0: nothing ran of late.
  double trials_per_s = 0;
  // Until all are settled, by the time that trials of the same cell took (of
  // any cell where none ended) and the gaps between trials, on the slots that
  // are busy now. Empty: nothing runs, or nothing ended yet.
  std::optional<double> left_s;
  double peak_memory_bytes = 0;  // the most that an ended trial took
};

// `now_us`: microseconds since 1970 UTC. Throws Error that names the nearest
// known sweep.
LiveSweep load_live_sweep(const Database& database, const std::string& sweep, std::int64_t now_us);

}  // namespace polysweep
