#include "reports/analysis/local_regression.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"

namespace polysweep {
namespace {

constexpr std::size_t kLeastPoints = 8;
constexpr std::size_t kLeastDifferent = 4;
constexpr std::size_t kMostResiduals = 1000;
constexpr std::size_t kSomeResiduals = 400;
constexpr double kRounding = 1e-12;

// A fit at one place: its value is the sum of weights times y.
struct LocalFit {
  double value = 0;
  double squares = 0;  // sum of squared weights
  double own = 0;      // weight of the point that was asked for
};

class LocalRegression {
 public:
  explicit LocalRegression(std::vector<XyPoint> sorted) : points_(std::move(sorted)) {
    size_ = static_cast<std::size_t>(kSmoothSpan * static_cast<double>(points_.size()) + 1e-10);
    weights_.resize(points_.size());
  }

  LocalFit at(double x, std::size_t own) {
    const std::size_t first = window(x);
    const double reach = std::max(x - points_[first].x, points_[first + size_ - 1].x - x);
    double total = weigh(x, first, reach);
    if (total == 0) {  // all of them are as far as the farthest
      std::fill_n(weights_.begin() + static_cast<std::ptrdiff_t>(first), size_, 1.0);
      total = static_cast<double>(size_);
    }
    double centre = 0;
    for (std::size_t i = first; i < first + size_; ++i) {
      centre += weights_[i] * (points_[i].x - x);
    }
    centre /= total;  // relative to x
    double spread = 0;
    for (std::size_t i = first; i < first + size_; ++i) {
      const double off = points_[i].x - x - centre;
      spread += weights_[i] * off * off;
    }
    const bool sloped = spread > kRounding * total * reach * reach;
    LocalFit fit;
    for (std::size_t i = first; i < first + size_; ++i) {
      double weight = weights_[i] / total;
      if (sloped) weight -= weights_[i] * centre * (points_[i].x - x - centre) / spread;
      fit.value += weight * points_[i].y;
      fit.squares += weight * weight;
      if (i == own) fit.own = weight;
    }
    return fit;
  }

  // The standard deviation of the points about the fit.
  double deviation() {
    const std::size_t all = points_.size();
    const std::size_t used = all > kMostResiduals ? kSomeResiduals : all;
    double squares = 0;
    double degrees = 0;
    for (std::size_t i = 0; i < used; ++i) {
      const std::size_t point = used == all ? i : i * (all - 1) / (used - 1);
      const LocalFit fit = at(points_[point].x, point);
      const double residual = points_[point].y - fit.value;
      squares += residual * residual;
      degrees += 1 - 2 * fit.own + fit.squares;
    }
    return degrees > 0 ? std::sqrt(squares / degrees) : 0;
  }

 private:
  // Sets the weights of the window, and returns their sum.
  double weigh(double x, std::size_t first, double reach) {
    double total = 0;
    for (std::size_t i = first; i < first + size_; ++i) {
      const double part = reach > 0 ? std::abs(points_[i].x - x) / reach : 0;
      const double rest = std::max(0.0, 1 - part * part * part);
      weights_[i] = rest * rest * rest;
      total += weights_[i];
    }
    return total;
  }

  // The first of the `size_` points that are nearest to x.
  std::size_t window(double x) const {
    std::size_t low = 0;
    std::size_t high = points_.size() - size_;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (x - points_[middle].x > points_[middle + size_].x - x) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  std::vector<XyPoint> points_;
  std::vector<double> weights_;
  std::size_t size_ = 0;
};

}  // namespace

std::vector<SmoothPoint> local_regression(std::span<const XyPoint> points, std::size_t places) {
  check(places >= 2, "a smooth has two ends");
  if (points.size() < kLeastPoints) return {};
  std::vector<XyPoint> sorted(points.begin(), points.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const XyPoint& a, const XyPoint& b) { return a.x < b.x; });
  std::size_t different = 1;
  double scale = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0 && sorted[i].x > sorted[i - 1].x) ++different;
    scale = std::max(scale, std::abs(sorted[i].y));
  }
  if (different < kLeastDifferent) return {};
  if (scale == 0) scale = 1;
  for (auto& point : sorted) point.y /= scale;  // squares of huge values would overflow
  const double low = sorted.front().x;
  const double width = sorted.back().x - low;
  LocalRegression regression(std::move(sorted));
  const double deviation = regression.deviation();
  std::vector<SmoothPoint> smooth;
  for (std::size_t i = 0; i < places; ++i) {
    const double x = low + width * static_cast<double>(i) / static_cast<double>(places - 1);
    const LocalFit fit = regression.at(x, points.size());
    smooth.push_back({x, scale * fit.value, scale * deviation * std::sqrt(fit.squares)});
  }
  return smooth;
}

}  // namespace polysweep
