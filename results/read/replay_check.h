// Compares a trial with its replay, bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "results/read/trial_difference.h"

namespace polysweep {

// A trial and the database that contains it.
struct ReplayedTrial {
  const Database& database;
  const TrialRecord& trial;
};

// The first difference: a point of a metric, or a text.
struct FirstDifference {
  std::string name;
  std::int64_t step = 0;
  std::optional<std::string> then;  // empty: none at that step
  std::optional<std::string> now;
};

struct ReplayCheck {
  // How the replay ended ("failed: MESSAGE") if the trial ended differently.
  std::string other_end;
  // The earliest by step; at the same step, metrics before texts.
  std::optional<FirstDifference> first;
  std::vector<std::string> differing;  // the names of all metrics and texts that differ
  std::uint64_t points = 0;            // compared
  std::uint64_t texts = 0;
  std::vector<FactDifference> provenance;  // builds, machines, ... : then, now

  bool same() const { return other_end.empty() && !first; }
};

// Compares all counted points and texts, except the metrics `left_out`.
ReplayCheck check_replay(const ReplayedTrial& then, const ReplayedTrial& now,
                         const std::set<std::string>& left_out);

// True if a metric with this unit measures a duration or a speed ("s", "ms",
// "tokens/s", ...), which differs in every run.
bool measures_time(std::string_view unit);

}  // namespace polysweep
