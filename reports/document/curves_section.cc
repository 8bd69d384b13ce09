// Learning curves.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/analysis/learning_curve.h"
#include "reports/analysis/metric_scale.h"
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
constexpr std::size_t kMostIncomplete = 6;  // named in a caption

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

// The curves of one metric, by context.
struct ContextCurves {
  std::size_t context = 0;
  std::vector<LearningCurve> curves;
};

// What a reader must know of curves that are not all there.
std::string gaps_text(const SweepAnalysis& analysis, const std::vector<ContextCurves>& contexts) {
  std::vector<std::string> incomplete;
  bool steps = false;
  bool cut = false;
  for (const auto& each : contexts) {
    cut = cut || each.curves.size() == kMostLines;
    for (const LearningCurve& curve : each.curves) {
      steps = steps || curve.incomplete > 0;
      if (curve.runs == curve.planned) continue;
      incomplete.push_back(fmt::format("{} ({} of {})", analysis.labels.cells[curve.cell].label,
                                       curve.runs, curve.planned));
    }
  }
  std::string text;
  if (!incomplete.empty()) {
    text += " Not all runs: " + list_text_of_at_most(incomplete, kMostIncomplete, "; ") + ".";
  }
  if (steps) text += " Steps at which a run has no value are left out.";
  if (cut) {
    text += fmt::format(" At most {} lines are drawn: the baseline and the best complete cells.",
                        kMostLines);
  }
  return text;
}

BandPanel panel_of(const SweepAnalysis& analysis, const ContextCurves& context,
                   std::string& reference) {
  BandPanel panel{analysis.labels.contexts[context.context], {}};
  for (const LearningCurve& curve : context.curves) {
    const auto& cell = analysis.labels.cells[curve.cell];
    const bool is_baseline = analysis.results.cells[curve.cell].is_baseline;
    BandLine line =
        band_line(cell.name + (is_baseline ? " (baseline)" : ""), cell.style, curve.points);
    line.end = cell.name;
    if (is_baseline) reference = line.label;
    panel.lines.push_back(std::move(line));
  }
  return panel;
}

Figure curve_figure(const SweepAnalysis& analysis, const std::string& id, const MetricInfo& metric,
                    const std::vector<ContextCurves>& contexts) {
  std::vector<BandPanel> panels;
  std::string reference;
  for (const auto& each : contexts) panels.push_back(panel_of(analysis, each, reference));
  BandAxes axes;
  axes.x = step_title(metric);
  axes.x_unit = step_unit(analysis.results, metric);
  axes.y = metric_title(metric);
  axes.y_unit = shortened(metric.unit, 30);
  axes.band = "lowest and highest " + analysis.noun;
  axes.y_logarithmic = has_logarithmic_axis(analysis.results, metric.name);
  Figure figure = band_figure(id, axes, panels);
  figure.goal = goal_name(metric.goal);
  figure.reference = reference;
  std::string by;
  for (const auto& factor : analysis.labels.context_factors) append_item(by, shortened(factor, 60));
  const std::string& only = analysis.labels.contexts[contexts.front().context];
  figure.caption = fmt::format(
      "{}{}{} by {} ({}){}: mean over done {}s, band from the lowest to the highest {}.{}{}{}",
      panels.size() > 1 ? "" : only, panels.size() > 1 || only.empty() ? "" : ": ", axes.y, axes.x,
      goal_text(metric), axes.y_logarithmic ? ", logarithmic axis" : "", analysis.noun,
      analysis.noun,
      panels.size() > 1 ? fmt::format(" One panel for each {}, all with the same axes.", by) : "",
      reference.empty() ? "" : " Thick, with diamonds: the baseline.",
      gaps_text(analysis, contexts));
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
    std::vector<ContextCurves> drawn;
    for (std::size_t context = 0; context < contexts; ++context) {
      const auto cells = drawn_cells(analysis, with_curve, context, ranks);
      if (cells.empty()) continue;
      auto curves = learning_curves(analysis.results, names[m], kMostPoints, cells);
      if (!curves.empty()) drawn.push_back({context, std::move(curves)});
    }
    if (drawn.empty()) continue;
    section.blocks.push_back(curve_figure(analysis, fmt::format("curve{}", m + 1),
                                          metric_info(analysis.results, names[m]), drawn));
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
