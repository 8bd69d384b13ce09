// Whether a trial that was run again gave the same, bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "results/read/trial_difference.h"

namespace polysweep {

// A trial and its replay, each in the database that holds it.
struct ReplayedTrial {
  const Database& database;
  const TrialRecord& trial;
};

// The place where they first part: a point of a metric, or a text.
struct FirstDifference {
  std::string name;
  std::int64_t step = 0;
  std::optional<std::string> then;  // empty: there was none at that step
  std::optional<std::string> now;
};

struct ReplayCheck {
  // How the replay ended ("failed: MESSAGE"), where the trial ended otherwise.
  std::string other_end;
  // The earliest by step; of one step, metrics before texts.
  std::optional<FirstDifference> first;
  std::vector<std::string> differing;  // all metrics and texts that do, by name
  std::uint64_t points = 0;            // that were compared
  std::uint64_t texts = 0;
  std::vector<FactDifference> provenance;  // builds, machines, ... : then, now

  bool same() const { return other_end.empty() && !first; }
};

// Compares all counted points and texts, but for the metrics `left_out`.
ReplayCheck check_replay(const ReplayedTrial& then, const ReplayedTrial& now,
                         const std::set<std::string>& left_out);

// A metric in this unit tells how long something took, or how fast it was: "s",
// "ms", "tokens/s", ...: another value in every run.
bool measures_time(std::string_view unit);

}  // namespace polysweep
