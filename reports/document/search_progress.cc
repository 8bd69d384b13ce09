// The best setting of a sampled design against the number of settings that were tried.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>

#include "reports/analysis/best_so_far.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/panel_plot.h"
#include "reports/text/escaping.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostNumbers = 300;  // of the expected best

// 1 to `count`, evenly spread in the logarithm where these are too many.
std::vector<std::size_t> numbers_to(std::size_t count) {
  std::vector<std::size_t> numbers;
  if (count <= kMostNumbers) {
    for (std::size_t n = 1; n <= count; ++n) numbers.push_back(n);
    return numbers;
  }
  for (std::size_t i = 0; i < kMostNumbers; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(kMostNumbers - 1);
    const auto n =
        static_cast<std::size_t>(std::lround(std::pow(static_cast<double>(count), share)));
    if (numbers.empty() || n > numbers.back()) numbers.push_back(n);
  }
  return numbers;
}

BandPoint on_line(double x, double y) { return {x, y, y, y}; }

// Steps: the best stays until a better one ends.
std::vector<BandPoint> steps_of(const std::vector<double>& best) {
  std::vector<BandPoint> points;
  for (std::size_t i = 0; i < best.size(); ++i) {
    const bool changed = i == 0 || best[i] != best[i - 1];
    if (!changed && i + 1 < best.size()) continue;
    const auto x = static_cast<double>(i + 1);
    if (i > 0) points.push_back(on_line(x, best[i - 1]));
    points.push_back(on_line(x, best[i]));
  }
  return points;
}

// Of both lines, as far as they are not beyond the settings that are not far out.
PanelScale scale_of(const Search& search, std::initializer_list<double> drawn) {
  const auto [low, high] = value_range(search);
  std::vector<double> kept;
  for (const double value : drawn) kept.push_back(std::clamp(value, low, high));
  const auto [first, last] = std::minmax_element(kept.begin(), kept.end());
  return {*first, *last, false};
}

Table numbers_of(const SweepAnalysis& analysis, const std::vector<double>& best,
                 const std::vector<std::size_t>& numbers, const std::vector<double>& expected) {
  Table table;
  table.id = "best-so-far-numbers";
  table.caption = "Numbers of the figure";
  table.columns = {{"settings", Align::kRight, ""},
                   {"best so far", Align::kRight, analysis.unit},
                   {"expected best", Align::kRight, analysis.unit}};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    table.rows.push_back({exact_field(static_cast<double>(numbers[i])),
                          exact_field(best[numbers[i] - 1]), exact_field(expected[i])});
  }
  return table;
}

}  // namespace

bool opens_with_search(const SweepAnalysis& analysis) {
  return is_sampled(analysis.results) && analysis.comparison().rows.empty();
}

std::optional<Figure> search_progress_figure(const SweepAnalysis& analysis) {
  const Search& search = analysis.search();
  if (search.settings.size() < 2) return std::nullopt;
  const Goal goal = analysis.results.primary.goal;
  std::vector<double> values;
  for (const std::size_t index : search.finished) values.push_back(search.settings[index].value);
  const std::vector<double> best = best_so_far(values, goal);
  const std::vector<std::size_t> numbers = numbers_to(values.size());
  const std::vector<double> expected = expected_best(values, goal, numbers);
  const bool repeated = search.replicates > 1;
  Panel panel;
  panel.x = repeated ? "settings, in order of finishing" : "trials, in order of finishing";
  panel.scale = PanelScale(1, static_cast<double>(values.size()), false);
  PanelLine found{numbered_style(0), steps_of(best), false};
  PanelLine random{numbered_style(1), {}, false};
  random.style.dash = 2;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    random.points.push_back(on_line(static_cast<double>(numbers[i]), expected[i]));
  }
  PanelAxes axes;
  axes.y = (repeated ? "best mean " : "best ") + metric_title(analysis.results.primary);
  axes.scale = scale_of(search, {best.front(), best.back(), expected.front()});
  axes.key = {{"best so far", found.style, true},
              {"expected best of n random ones", random.style, true}};
  panel.lines = {std::move(random), std::move(found)};
  Figure figure = panel_figure("best-so-far", axes, {panel});
  figure.numbers = numbers_of(analysis, best, numbers, expected);
  figure.caption = fmt::format(
      "The best {}{} so far ({}) against the number of {}. Dashed: the expected best of n draws "
      "from the values of all {} (Dodge et al. 2019), which is too {} near the last{}.",
      repeated ? "mean " : "", metric_title(analysis.results.primary),
      goal_text(analysis.results.primary), repeated ? "settings" : "trials",
      count_text(values.size(), "setting"),
      analysis.results.primary.goal == Goal::kMinimize ? "high" : "low",
      search.settings.size() < analysis.results.cells.size()
          ? "; settings without a value are not counted"
          : "");
  figure.description = "Lines. " + figure.caption;
  return figure;
}

}  // namespace polysweep
