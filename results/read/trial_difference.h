// The differences between two trials: parameters, provenance and results.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/read/trial_record.h"

namespace polysweep {

// A fact that differs; empty for a trial that does not have it.
struct FactDifference {
  std::string name;
  std::optional<std::string> first;
  std::optional<std::string> second;
};

// A series of both trials, or of one of them.
struct SeriesDifference {
  std::string metric;
  std::optional<double> first;  // the last value
  std::optional<double> second;
  // The number of steps that both have, and that only one has.
  std::uint64_t common_steps = 0;
  std::uint64_t other_steps = 0;
  // The first step at which they differ: in value (bit for bit, except that all NaN
  // are equal), or because only one has a value.
  std::optional<std::int64_t> since_step;
  double largest = 0;  // absolute difference over the common steps with finite values

  bool differs() const { return since_step.has_value(); }
};

// All facts that differ, and every series.
struct TrialDifference {
  std::vector<FactDifference> identity;    // experiment, version, code, data, ...
  std::vector<FactDifference> parameters;  // displayed values
  std::vector<FactDifference> provenance;  // of the counted attempts: build, machine, ...
  std::vector<FactDifference> texts;       // "NAME at step N"
  std::vector<SeriesDifference> series;    // by metric

  bool empty() const;
};

// Reads all points of both.
TrialDifference difference_of(const Database& database, const TrialRecord& first,
                              const TrialRecord& second);

// The same for facts by name, and for the points of one series, by step.
std::vector<FactDifference> fact_differences(const std::map<std::string, std::string>& first,
                                             const std::map<std::string, std::string>& second);
SeriesDifference series_difference(const std::string& metric, const std::vector<CurvePoint>& first,
                                   const std::vector<CurvePoint>& second);

}  // namespace polysweep
