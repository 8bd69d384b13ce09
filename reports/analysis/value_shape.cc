#include "reports/analysis/value_shape.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reports/analysis/statistics.h"

namespace polysweep {
namespace {

constexpr std::size_t kLeastValues = 3;      // of a cell that can show two modes
constexpr std::size_t kLeastCells = 3;       // that show them
constexpr double kSplitRest = 0.005;         // of the sum of squares, left by a split
constexpr double kOneMode = 0.1;             // of the gap: the spread of a cell in one mode
constexpr double kSameGap = 3;               // factor between gaps that agree
constexpr double kStepsApart = 3;            // steps of the resolution that do not count as a gap
constexpr double kRemote = 7;                // robust standard deviations
constexpr double kNormalDeviation = 1.4826;  // standard deviation / median absolute deviation
constexpr std::size_t kLeastDeviations = 8;
constexpr std::size_t kMostRemoteShare = 10;  // at most one in so many

// The smallest step between two values; 0 for none.
double resolution(std::span<const std::span<const double>> cells) {
  std::vector<double> values;
  for (const auto& cell : cells) values.insert(values.end(), cell.begin(), cell.end());
  std::sort(values.begin(), values.end());
  double step = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double gap = values[i] - values[i - 1];
    if (gap > 0 && (step == 0 || gap < step)) step = gap;
  }
  return step;
}

double squares(std::span<const double> values, double scale) {
  if (values.size() < 2) return 0;
  const double sd = standard_deviation(values) / scale;
  return sd * sd * static_cast<double>(values.size() - 1);
}

// The widest gap that leaves at most kSplitRest of the squares; none for no such split.
std::optional<double> split_gap(std::span<const double> cell) {
  std::vector<double> values(cell.begin(), cell.end());
  std::sort(values.begin(), values.end());
  const double range = values.back() - values.front();
  if (!(range > 0) || !std::isfinite(range)) return std::nullopt;
  const std::span<const double> all(values);
  const double total = squares(all, range);
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double rest = squares(all.first(i), range) + squares(all.subspan(i), range);
    if (rest <= kSplitRest * total) return mean_of(all.subspan(i)) - mean_of(all.first(i));
  }
  return std::nullopt;
}

std::optional<TwoModes> two_modes(std::span<const std::span<const double>> cells) {
  std::vector<double> gaps;
  for (const auto& cell : cells) {
    if (cell.size() < kLeastValues) continue;
    if (const auto gap = split_gap(cell)) gaps.push_back(*gap);
  }
  if (gaps.size() < kLeastCells) return std::nullopt;
  const double gap = median_of(gaps);
  std::size_t usable = 0;
  for (const auto& cell : cells) {
    if (cell.size() < kLeastValues) continue;
    const auto [low, high] = std::minmax_element(cell.begin(), cell.end());
    usable += *high - *low > kOneMode * gap ? 1 : 0;
  }
  const auto agree =
      static_cast<std::size_t>(std::count_if(gaps.begin(), gaps.end(), [&](double each) {
        return each < kSameGap * gap && each * kSameGap > gap;
      }));
  if (agree < kLeastCells || 2 * agree < usable) return std::nullopt;
  if (gap <= kStepsApart * resolution(cells)) return std::nullopt;
  return TwoModes{agree, gap};
}

std::vector<RemoteValue> remote_values(std::span<const std::span<const double>> cells) {
  std::vector<double> medians;
  std::vector<double> deviations;  // other than 0
  std::size_t values = 0;
  for (const auto& cell : cells) {
    medians.push_back(cell.empty() ? 0 : median_of(cell));
    values += cell.size();
    for (const double v : cell) {
      if (v != medians.back()) deviations.push_back(std::abs(v - medians.back()));
    }
  }
  if (deviations.size() < kLeastDeviations) return {};
  const double common = median_of(deviations);
  std::vector<std::pair<double, RemoteValue>> found;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].size() < kLeastValues) continue;
    std::vector<double> own;
    for (const double v : cells[i]) own.push_back(std::abs(v - medians[i]));
    const double limit = kRemote * kNormalDeviation * std::max(common, median_of(own));
    for (std::size_t k = 0; k < own.size(); ++k) {
      if (own[k] > limit) found.push_back({own[k], {i, k, medians[i]}});
    }
  }
  if (found.size() * kMostRemoteShare > std::max(values, kMostRemoteShare)) return {};
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<RemoteValue> remote;
  for (const auto& each : found) remote.push_back(each.second);
  return remote;
}

}  // namespace

ValueShape value_shape(std::span<const std::span<const double>> cells) {
  ValueShape shape;
  shape.two_modes = two_modes(cells);
  if (!shape.two_modes) shape.remote = remote_values(cells);
  return shape;
}

}  // namespace polysweep
