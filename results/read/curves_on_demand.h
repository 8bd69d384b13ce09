// The curves of a large sweep, read from the database when they are asked for.
//
// Trials are named by their index in SweepResults::trials. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

class PointReader;  // results/read/point_reader.h, internal to results/

class CurvesOnDemand {
 public:
  // `trial_keys`: the database's keys of the trials; `points`: how many points
  // each series has, by metric name and trial.
  CurvesOnDemand(const Database& database, std::vector<std::int64_t> trial_keys,
                 const std::map<std::string, std::vector<SeriesResult>>& series);
  ~CurvesOnDemand();

  // In the order of `trials`; by step, empty where a trial has no such series.
  // More than `at_most` points (0: no limit) are thinned to evenly spaced ones,
  // first and last kept; up to kQuickPoints of a settled trial take microseconds.
  std::vector<std::vector<CurvePoint>> curves(const std::vector<std::size_t>& trials,
                                              const std::string& metric, std::size_t at_most) const;
  static constexpr std::size_t kQuickPoints = 64;

  // A value that a trial is to reach.
  struct Target {
    std::size_t trial = 0;
    double value = 0;
  };
  // In the order of `targets`: the step of the first finite value that is at most
  // (kMinimize) or at least (kMaximize) the target, over all points; empty where
  // there is none. Ask for many at once: ten thousand take a tenth of a second.
  std::vector<std::optional<std::int64_t>> first_reaching(const std::vector<Target>& targets,
                                                          const std::string& metric,
                                                          Goal goal) const;

 private:
  struct Metric {
    std::int64_t id = 0;
    std::vector<std::uint64_t> points;  // by trial, 0: no series
  };
  const Database& database_;
  std::vector<std::int64_t> keys_;
  std::map<std::string, Metric> metrics_;
  std::unique_ptr<PointReader> reader_;
};

}  // namespace polysweep
