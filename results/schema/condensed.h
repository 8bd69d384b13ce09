// Settled trials in brief: what lists and reports read instead of the points.
//
// A trial that is done, diverged or failed and has series has one row in
// condensed_trial, with all of them, and one in condensed_curve for each that
// has more than kCondensedPoints. Ingest writes both in the transaction that
// changes what they are made from. For results/*.cc alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/sweep/experiment.h"
#include "results/schema/connection.h"

namespace polysweep {

inline constexpr std::size_t kCondensedPoints = 64;

// One series of a trial. A value is NaN where the series has none, or NaN.
struct SeriesBrief {
  std::int64_t metric_id = 0;
  std::uint64_t points = 0;
  std::int64_t first_step = 0;
  std::int64_t last_step = 0;
  double last = 0;
  double minimum = 0;  // over the finite values
  double maximum = 0;
};

// One of kCondensedPoints points of a series, evenly spaced, first and last kept.
struct CondensedPoint {
  std::int64_t step = 0;
  double value = 0;
  // Of the finite values from the first point up to this one, rounded outward:
  // no value before is below or above. Infinite (the wrong way) where none is.
  float lowest = 0;
  float highest = 0;
};

// Column condensed_trial.series.
std::string encode_briefs(const std::vector<SeriesBrief>& briefs);
std::vector<SeriesBrief> decode_briefs(std::string_view bytes);
// Column condensed_curve.points.
std::string encode_curve(const std::vector<CondensedPoint>& points);
std::vector<CondensedPoint> decode_curve(std::string_view bytes);

// Where to begin to look for a value that is at most (kMinimize) or at least
// (kMaximize) `target`: no point before that step is. Empty where none is at all.
// Takes the bytes, for it is asked of thousands of curves at a time.
std::optional<std::int64_t> begin_of_search(std::string_view bytes, Goal goal, double target);

// Key of a condensed curve: curves of one metric lie together.
std::int64_t curve_id(std::int64_t metric_id, std::int64_t trial_id);

// Which of `count` points evenly spaced `kept` are: the index of the n-th.
inline std::uint64_t spaced_index(std::uint64_t n, std::uint64_t count, std::uint64_t kept) {
  return n * (count - 1) / (kept - 1);
}

// The series of a trial, whether it is settled or not.
class BriefReader {
 public:
  explicit BriefReader(Connection& connection);
  // `condensed`: column condensed_trial.series of that trial, "" where it has
  // no such row. By metric_id.
  std::vector<SeriesBrief> read(std::int64_t trial_id, std::string_view condensed);

 private:
  Statement rows_;
};

class Condenser {
 public:
  explicit Condenser(Connection& connection);
  // Makes the rows of a trial anew (or removes them), after its points, series
  // and state were written.
  void refresh(std::int64_t trial_id);

 private:
  void remove(std::int64_t trial_id);
  std::vector<CondensedPoint> condense(const SeriesBrief& brief, std::int64_t trial_id);

  BriefReader briefs_;
  Statement state_, condensed_, points_;
  Statement put_trial_, put_curve_, remove_trial_, remove_curve_;
};

}  // namespace polysweep
