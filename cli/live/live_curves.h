// The curves that watch and serve show of a running sweep: each running trial,
// and the range of the baseline's finished trials.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/read/live_sweep.h"
#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

struct LiveBandPoint {
  std::int64_t step = 0;
  double mean = 0;
  double low = 0;   // of the lowest trial
  double high = 0;  // of the highest
};

// Of the done trials of a baseline cell, at the steps that all of them have.
struct LiveBand {
  std::uint32_t cell = 0;
  std::size_t trials = 0;
  std::vector<LiveBandPoint> points;
};

struct LiveCurves {
  std::string metric;
  std::vector<std::vector<CurvePoint>> running;  // as LiveSweep::running
  std::vector<LiveBand> bands;                   // of the baselines of the running cells
};

// The metric whose curves are shown by default: the one with role "progress" where
// trials report it, else the primary where it has a curve, else the one with most
// points. "" where nothing has been reported.
std::string live_metric(const LiveSweep& sweep);

// Series longer than `at_most` are thinned.
LiveCurves load_live_curves(const Database& database, const LiveSweep& sweep,
                            const std::string& metric, std::size_t at_most);

}  // namespace polysweep
