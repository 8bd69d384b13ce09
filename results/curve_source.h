// The curves of a large sweep, read when they are asked for.
//
// Trials are named by their index in SweepResults::trials. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "results/database.h"
#include "results/sweep_results.h"

namespace polysweep {

class CurveReader;  // results/curve_reader.h, for results/ alone

class CurveSource {
 public:
  // `trial_keys`: the database's keys of the trials; `points`: how many points
  // each series has, by metric name and trial.
  CurveSource(const Database& database, std::vector<std::int64_t> trial_keys,
              const std::map<std::string, std::vector<SeriesResult>>& series);
  ~CurveSource();

  // By step; empty where the trial has no such series. More than `at_most` points
  // (0: no limit) are thinned to evenly spaced ones, first and last kept; up to
  // kQuickPoints of a settled trial take a few microseconds.
  std::vector<CurvePoint> curve(std::size_t trial, const std::string& metric,
                                std::size_t at_most) const;
  static constexpr std::size_t kQuickPoints = 64;

  // The step of the first finite value that is at most (kMinimize) or at least
  // (kMaximize) `target`, over all points; empty where there is none.
  std::optional<std::int64_t> first_reaching(std::size_t trial, const std::string& metric,
                                             Goal goal, double target) const;

 private:
  struct Metric {
    std::int64_t id = 0;
    std::vector<std::uint64_t> points;  // by trial, 0: no series
  };
  std::vector<std::int64_t> keys_;
  std::map<std::string, Metric> metrics_;
  std::unique_ptr<CurveReader> reader_;
};

}  // namespace polysweep
