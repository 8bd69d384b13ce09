// Long series thinned to kThinnedPoints points, which reports read instead of all points.
//
// Each series of a settled trial that has more points has one row in table
// thinned_curve. Ingest writes it in the transaction that changes the series. For
// results/*.cc alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polysweep {

inline constexpr std::size_t kThinnedPoints = 64;

// One of kThinnedPoints points of a series, evenly spaced, first and last kept.
struct ThinnedPoint {
  std::int64_t step = 0;
  double value = 0;
  // Bounds of the finite values from the first point up to this one, rounded
  // outward to float. +infinity and -infinity if none of them is finite.
  float lowest = 0;
  float highest = 0;
};

// Column thinned_curve.points.
std::string encode_thinned_curve(const std::vector<ThinnedPoint>& points);
std::vector<ThinnedPoint> decode_thinned_curve(std::string_view bytes);

// Key of a row: the curves of one metric are stored next to each other.
std::int64_t thinned_curve_id(std::int64_t metric_id, std::int64_t trial_id);

// The index of the n-th of `kept` points evenly spaced among `count`.
inline std::uint64_t spaced_index(std::uint64_t n, std::uint64_t count, std::uint64_t kept) {
  return n * (count - 1) / (kept - 1);
}

}  // namespace polysweep
