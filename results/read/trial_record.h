// The record of one trial: its parameters, attempts, metrics, texts and provenance.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/journal/event.h"
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
  bool counted = false;  // it determines the trial's state
  bool running = false;
  std::string outcome;  // outcome_name(); "host lost" if it has no end; "" while it runs
  bool final = false;
  std::string message;
  std::string output_tail;
  std::int64_t started_us = 0;   // 0: unknown
  std::int64_t finished_us = 0;  // 0: not finished, or unknown
  double elapsed_s = 0;
  double peak_memory_bytes = 0;
  std::optional<std::int64_t> resumed_step;
  std::uint64_t points = 0;          // metric points that it reported
  std::uint64_t points_ignored = 0;  // of them, those that do not count
  std::uint64_t points_dropped = 0;  // those in whose place no other counts
  ReportFindings findings;
  std::string provenance;  // digest
};

// The summary of a series: of its counted points; minimum and maximum of the finite
// ones.
struct MetricSummary {
  std::string name;
  std::uint64_t count = 0;
  std::uint64_t not_finite = 0;  // NaN or infinite
  CurvePoint first;
  CurvePoint last;
  std::optional<CurvePoint> minimum;  // the earliest of equal ones
  std::optional<CurvePoint> maximum;
};

struct TextEntry {
  std::string name;
  std::int64_t step = 0;
  std::string value;
};

struct TrialRecord {
  TrialId id;
  bool planned = false;  // false: only its id is known
  std::string experiment;
  int experiment_version = 0;
  std::string code_digest;  // Trial::code_digest
  std::string data_digest;
  Parameters parameters;
  TrialState state = TrialState::kPending;
  std::vector<std::string> sweeps;  // whose last plan contains it, by name
  std::vector<AttemptRecord> attempts;
  std::vector<MetricSummary> metrics;             // by name
  std::vector<TextEntry> texts;                   // by name and step
  std::map<std::string, std::string> provenance;  // of the counted attempt

  // The attempt that determines the trial's state; nullptr for none.
  const AttemptRecord* counted_attempt() const;
};

TrialRecord load_trial(const Database& database, const TrialId& id);

// The counted points of one series, by step; empty if there is no such series.
// More than `at_most` points (0: no limit) are thinned to evenly spaced ones, with
// the first and the last.
std::vector<CurvePoint> load_curve(const Database& database, const TrialId& id,
                                   std::string_view metric, std::size_t at_most = 0);

// Fact -> value of a provenance document; empty if the document is unknown.
std::map<std::string, std::string> load_provenance(const Database& database,
                                                   const std::string& digest);

}  // namespace polysweep
