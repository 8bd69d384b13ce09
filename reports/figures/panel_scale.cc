#include "reports/figures/panel_scale.h"

#include <algorithm>
#include <cmath>

#include "framework/core/error.h"
#include "reports/figures/figure.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr double kRounding = 1e-9;

// With the digits that tics `step` apart need.
std::string tic_text(double value, double step) {
  if (std::abs(value) < kRounding * step) return "0";
  const double power = std::floor(std::log10(std::abs(value)) + kRounding);
  if (power >= 6 || power < -4) return significant_text(value);
  const auto digits = static_cast<int>(-std::floor(std::log10(step) + kRounding));
  return number_text(value, std::max(0, digits));
}

std::vector<PanelTic> linear_tics(double low, double high, std::size_t most) {
  // Halves, so that the difference of two huge numbers is finite.
  const double least = 2 * ((high / 2 - low / 2) / static_cast<double>(most));
  if (!(least > 0)) return {{low, significant_text(low)}};
  const double step = tic_distance(least, 1);
  std::vector<PanelTic> tics;
  if (!std::isfinite(step) || step <= 0)
    return {{low, significant_text(low)}, {high, significant_text(high)}};
  for (double number = std::ceil(low / step - kRounding); number * step <= high + kRounding * step;
       ++number) {
    if (tics.size() > 2 * most) break;  // steps below the rounding of the numbers
    tics.push_back({number * step, tic_text(number * step, step)});
  }
  return tics;
}

std::vector<PanelTic> logarithmic_tics(double low, double high, std::size_t most) {
  const double first = std::floor(std::log10(low) - kRounding);
  const double last = std::ceil(std::log10(high) + kRounding);
  const bool powers = std::log10(high / low) >= 2;
  const double every = powers ? std::ceil((last - first) / static_cast<double>(most)) : 1;
  std::vector<PanelTic> tics;
  for (double power = first; power <= last; power += every) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10.0, power);
      if (value < low * (1 - kRounding) || value > high * (1 + kRounding)) continue;
      if (!powers || factor == 1) tics.push_back({value, significant_text(value)});
    }
  }
  return tics.empty() ? linear_tics(low, high, most) : tics;
}

}  // namespace

PanelScale::PanelScale(double low, double high, bool logarithmic)
    : low_(low), high_(high), logarithmic_(logarithmic) {
  check(std::isfinite(low) && std::isfinite(high) && low <= high, "an axis has two ends");
  check(!logarithmic || low > 0, "a logarithmic axis is above zero");
}

PanelScale PanelScale::of_words(std::vector<std::string> words) {
  check(!words.empty(), "an axis of words has some");
  PanelScale scale(-0.5, static_cast<double>(words.size()) - 0.5, false);
  scale.words_ = std::move(words);
  return scale;
}

double PanelScale::share(double value) const {
  if (low_ == high_) return 0.5;
  if (logarithmic_) return std::log(value / low_) / std::log(high_ / low_);
  return (value / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
}

std::vector<PanelTic> PanelScale::tics(std::size_t most) const {
  check(most >= 2, "an axis has two tics or more");
  if (words_.empty()) {
    return logarithmic_ && low_ < high_ ? logarithmic_tics(low_, high_, most)
                                        : linear_tics(low_, high_, most);
  }
  const std::size_t every = (words_.size() + most - 1) / most;
  std::vector<PanelTic> tics;
  for (std::size_t i = 0; i < words_.size(); i += every) {
    tics.push_back({static_cast<double>(i), words_[i]});
  }
  return tics;
}

}  // namespace polysweep
