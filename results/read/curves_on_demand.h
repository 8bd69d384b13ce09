// The curves of a large sweep, read from the database when they are asked for.
//
// A trial is given by its index in SweepResults::trials. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

class PointReader;  // results/read/point_reader.h, internal to results/

class CurvesOnDemand {
 public:
  // `trial_keys`: the database's keys of the trials. `series`: the series that
  // exist, by metric name. `database` must outlive the object.
  CurvesOnDemand(const Database& database, std::vector<std::int64_t> trial_keys,
                 const std::map<std::string, std::vector<SeriesResult>>& series);
  ~CurvesOnDemand();

  // In the order of `trials`, each by step; empty if a trial has no such series.
  // More than `at_most` points (0: no limit) are thinned to evenly spaced ones,
  // with the first and the last. Up to kQuickPoints of a settled trial are read in
  // microseconds.
  std::vector<std::vector<CurvePoint>> curves(const std::vector<std::size_t>& trials,
                                              const std::string& metric, std::size_t at_most) const;
  static constexpr std::size_t kQuickPoints = 64;

  // The same with bounds, thinned to kQuickPoints. The bounds of a settled trial's
  // thinned series are rounded outward to float.
  std::vector<std::vector<BoundedPoint>> bounded_curves(const std::vector<std::size_t>& trials,
                                                        const std::string& metric) const;

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
