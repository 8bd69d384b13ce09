// The one value of a series that counts, as a sweep says it for each metric
// (framework/sweep/metric.h, PointRule). Internal to results/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "framework/sweep/plan/plan_description.h"
#include "results/schema/connection.h"
#include "results/schema/series_summary.h"

namespace polysweep {

class FinalValues {
 public:
  // The rules are those of `plan`.
  FinalValues(Connection& connection, const PlanDescription& plan);

  // Whether the last value counts: `of` need not be called.
  bool is_last(std::int64_t metric_id) const { return !rules_.contains(metric_id); }
  // NaN where the series has no such value. Of a mean the points are read.
  double of(std::int64_t trial_id, const SeriesSummary& series);
  // By metric: series of which a mean was asked that had fewer points.
  const std::map<std::string, std::size_t>& short_series() const { return short_; }

 private:
  struct Rule {
    std::string metric;
    PointRule point;
    Goal goal = Goal::kMinimize;
  };

  double mean_of_last(std::int64_t trial_id, const SeriesSummary& series, const Rule& rule);

  Connection& connection_;
  std::unordered_map<std::int64_t, Rule> rules_;  // of those whose last value does not count
  std::optional<Statement> points_;
  std::map<std::string, std::size_t> short_;
};

}  // namespace polysweep
