// Learning curves.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/analysis/learning_curve.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"
#include "reports/document/band_line.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostPoints = 120;
constexpr std::size_t kMostMetrics = 3;
constexpr std::size_t kMostContexts = 6;
constexpr std::size_t kMostLines = 16;
constexpr double kLogarithmicRange = 50;

// A curve that the plan determines and not the cell, such as a learning rate.
bool same_in_all_cells(const SweepAnalysis& analysis, const std::string& metric) {
  std::map<std::string, std::pair<double, double>> range;  // by replicate
  for (const auto& series : series_of(analysis.results, metric)) {
    const TrialResult& trial = analysis.results.trials[series.trial];
    if (trial.state != TrialState::kDone) continue;
    const std::pair<double, double> own{series.minimum, series.maximum};
    if (range.try_emplace(trial.replicate, own).first->second != own) return false;
  }
  return true;
}

// The metric of convergence, those with role progress, the primary one, then the others.
std::vector<std::string> drawn_metrics(const SweepAnalysis& analysis) {
  const SweepResults& results = analysis.results;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const bool known = std::find(names.begin(), names.end(), name) != names.end();
    if (!known && results.curves.count(name) != 0) names.push_back(name);
  };
  add(analysis.options.convergence_metric);
  for (const auto& name : metrics_with(results, Role::kProgress)) add(name);
  add(results.primary.name);
  for (const auto& metric : results.metrics) {
    if (!same_in_all_cells(analysis, metric.name)) add(metric.name);
  }
  for (const auto& [name, curves] : results.curves) add(name);
  return names;
}

std::string runs_text(const LearningCurve& curve) {
  return curve.runs == curve.planned ? "" : fmt::format(" (n {} of {})", curve.runs, curve.planned);
}

bool wants_logarithm(const std::vector<BandLine>& lines) {
  double low = 0;
  double high = 0;
  bool first = true;
  for (const auto& line : lines) {
    for (const auto& point : line.points) {
      low = first ? point.low : std::min(low, point.low);
      high = first ? point.high : std::max(high, point.high);
      first = false;
    }
  }
  return low > 0 && high / low > kLogarithmicRange;
}

// The cells of a context that have done runs with a curve; of many, the baseline's
// and those of the best cells.
std::vector<std::size_t> drawn_cells(const SweepAnalysis& analysis,
                                     const std::set<std::size_t>& with_curve, std::size_t context,
                                     const std::vector<std::size_t>& ranks) {
  std::vector<std::size_t> here;
  for (const std::size_t cell : with_curve) {
    if (analysis.labels.cells[cell].context_index == context) here.push_back(cell);
  }
  if (here.size() <= kMostLines) return here;
  std::stable_sort(here.begin(), here.end(),
                   [&](std::size_t a, std::size_t b) { return ranks[a] < ranks[b]; });
  here.resize(kMostLines);
  std::sort(here.begin(), here.end());
  return here;
}

// By cell: 0 for a baseline, then the complete cells from the best on, then the others.
std::vector<std::size_t> ranks_of(const SweepAnalysis& analysis) {
  const auto& ranking = analysis.ranking();
  std::vector<std::size_t> ranks(analysis.results.cells.size(), ranking.size() + 1);
  for (std::size_t i = 0; i < ranking.size(); ++i) ranks[ranking[i]] = i + 1;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (analysis.results.cells[i].is_baseline) ranks[i] = 0;
  }
  return ranks;
}

std::set<std::size_t> cells_with_curve(const SweepAnalysis& analysis, const std::string& metric) {
  std::set<std::size_t> out;
  for (const auto& series : series_of(analysis.results, metric)) {
    const TrialResult& trial = analysis.results.trials[series.trial];
    if (trial.state == TrialState::kDone) out.insert(trial.cell);
  }
  return out;
}

Figure curve_figure(const SweepAnalysis& analysis, const std::string& id, const MetricInfo& metric,
                    const std::vector<LearningCurve>& curves) {
  std::vector<BandLine> lines;
  std::size_t incomplete = 0;
  std::string reference;
  for (const LearningCurve& curve : curves) {
    const auto& cell = analysis.labels.cells[curve.cell];
    const std::string mark = analysis.results.cells[curve.cell].is_baseline ? " (baseline)" : "";
    lines.push_back(band_line(cell.name + mark + runs_text(curve), cell.style, curve.points));
    if (!mark.empty()) reference = lines.back().label;
    incomplete = std::max(incomplete, curve.incomplete);
  }
  BandAxes axes;
  axes.x = step_title(metric);
  axes.y = metric_title(metric);
  axes.y_unit = shortened(metric.unit, 30);
  axes.band = "lowest and highest " + analysis.noun;
  axes.y_logarithmic = wants_logarithm(lines);
  Figure figure = band_figure(id, axes, lines);
  figure.goal = goal_name(metric.goal);
  figure.reference = reference;
  const std::string& where = analysis.labels.context(curves.front().cell);
  figure.caption = fmt::format(
      "{}{}{} by {} ({}): mean over done {}s, band from the lowest to the highest {}{}.{}{}", where,
      where.empty() ? "" : ": ", metric_title(metric), axes.x, goal_text(metric), analysis.noun,
      analysis.noun, axes.y_logarithmic ? ", logarithmic axis" : "",
      incomplete > 0 ? " Steps at which a run has no value are left out." : "",
      lines.size() == kMostLines
          ? fmt::format(" At most {} lines are drawn: the baseline and the best complete cells.",
                        kMostLines)
          : std::string());
  figure.description =
      (metric.step == analysis.results.clock ? "Learning curves. " : "Curves. ") + figure.caption;
  return figure;
}

}  // namespace

Section curves_section(const SweepAnalysis& analysis) {
  Section section{"curves", "Learning curves", {}};
  const auto names = drawn_metrics(analysis);
  const auto ranks = ranks_of(analysis);
  const std::size_t contexts = std::min(analysis.labels.contexts.size(), kMostContexts);
  for (std::size_t m = 0; m < names.size() && m < kMostMetrics; ++m) {
    const auto with_curve = cells_with_curve(analysis, names[m]);
    for (std::size_t context = 0; context < contexts; ++context) {
      const auto cells = drawn_cells(analysis, with_curve, context, ranks);
      if (cells.empty()) continue;
      const auto chosen = learning_curves(analysis.results, names[m], kMostPoints, cells);
      if (chosen.empty()) continue;
      section.blocks.push_back(curve_figure(analysis, fmt::format("curve{}-{}", m + 1, context + 1),
                                            metric_info(analysis.results, names[m]), chosen));
    }
  }
  std::string left;
  for (std::size_t m = kMostMetrics; m < names.size(); ++m) {
    append_item(left, shortened(names[m], 60));
  }
  if (!left.empty()) {
    section.blocks.push_back(
        Paragraph{"Curves in the database that are not drawn: " + left + ".", Tone::kMuted});
  }
  if (analysis.labels.contexts.size() > kMostContexts) {
    section.blocks.push_back(
        Paragraph{fmt::format("Drawn for the first {} of {} combinations of the other factors.",
                              kMostContexts, analysis.labels.contexts.size()),
                  Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
