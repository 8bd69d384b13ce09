// All that the database knows of one trial.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/parameters.h"
#include "framework/sweep/trial.h"
#include "results/read/sweep_results.h"
#include "results/schema/database.h"

namespace polysweep {

struct AttemptRecord {
  std::uint32_t number = 0;
  std::string host;
  std::uint64_t epoch = 0;
  int slot = 0;
  int device = -1;
  bool counted = false;  // the trial's state is this attempt's
  bool running = false;
  std::string outcome;  // outcome_name(); "host lost" where it never ended; "" running
  bool final = false;
  std::string message;
  std::string output_tail;
  std::int64_t started_us = 0;   // 0: unknown
  std::int64_t finished_us = 0;  // 0: not finished, unknown
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::optional<std::int64_t> resumed_step;
  std::uint64_t points = 0;          // metric points that it reported
  std::uint64_t points_ignored = 0;  // of them, those that do not count
  std::uint64_t points_dropped = 0;  // those in whose place no other counts
  std::string provenance;            // digest
};

// A series in brief: over its counted points, minimum and maximum over the
// finite ones.
struct MetricSummary {
  std::string name;
  std::uint64_t count = 0;
  std::uint64_t not_finite = 0;  // of them, NaN or infinite
  CurvePoint first;
  CurvePoint last;
  std::optional<CurvePoint> minimum;  // the earliest where there are ties
  std::optional<CurvePoint> maximum;
};

struct TextEntry {
  std::string name;
  std::int64_t step = 0;
  std::string value;
};

struct TrialRecord {
  TrialId id;
  bool planned = false;  // else only its id is known, not what it is
  std::string experiment;
  int experiment_version = 0;
  std::string data_digest;
  Parameters parameters;
  TrialState state = TrialState::kPending;
  std::vector<std::string> sweeps;  // that hold it as last planned, by name
  std::vector<AttemptRecord> attempts;
  std::vector<MetricSummary> metrics;             // by name
  std::vector<TextEntry> texts;                   // by name and step
  std::map<std::string, std::string> provenance;  // of the counted attempt

  // The attempt whose end is the trial's; nullptr where none is.
  const AttemptRecord* counted_attempt() const;
};

// The trial whose id begins with `prefix` (hex digits). Throws Error if there
// is none, or more than one (the first matches are listed).
TrialId find_trial(const Database& database, std::string_view prefix);

TrialRecord load_trial(const Database& database, const TrialId& id);

// The counted points of one series, by step; empty where there is none. More
// than `at_most` (0: no limit) are thinned to evenly spaced ones, first and
// last kept.
std::vector<CurvePoint> load_curve(const Database& database, const TrialId& id,
                                   std::string_view metric, std::size_t at_most = 0);

// Fact -> value of a provenance document; empty where it is unknown.
std::map<std::string, std::string> load_provenance(const Database& database,
                                                   const std::string& digest);

}  // namespace polysweep
