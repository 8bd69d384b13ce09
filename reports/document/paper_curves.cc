#include "reports/document/paper_curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "framework/core/error.h"
#include "reports/analysis/learning_curve.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"
#include "reports/document/band_line.h"
#include "reports/text/list_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostPoints = 400;

bool has(const SweepAnalysis& analysis, std::size_t cell, const ParameterText& wanted) {
  const auto& [name, text] = wanted;
  const Value* value = analysis.results.cells[cell].levels.find(name);
  if (value == nullptr) value = analysis.results.fixed.find(name);
  if (value == nullptr) value = analysis.results.defaults.find(name);
  return value != nullptr && value->display() == text;
}

bool fits(const SweepAnalysis& analysis, std::size_t cell, const PaperCell& wanted) {
  return std::all_of(wanted.require.begin(), wanted.require.end(),
                     [&](const ParameterText& each) { return has(analysis, cell, each); });
}

// Which of the preferences a cell has, the first one first: compared like numbers.
std::vector<bool> preferences(const SweepAnalysis& analysis, std::size_t cell,
                              const PaperCell& wanted) {
  std::vector<bool> met;
  for (const ParameterText& each : wanted.prefer) met.push_back(has(analysis, cell, each));
  return met;
}

std::set<std::size_t> cells_with_curve(const SweepAnalysis& analysis, const std::string& metric) {
  std::set<std::size_t> cells;
  for (const SeriesResult& series : series_of(analysis.results, metric)) {
    const TrialResult& trial = analysis.results.trials[series.trial];
    if (trial.state == TrialState::kDone && series.points > 1) cells.insert(trial.cell);
  }
  return cells;
}

std::size_t shared_levels(const SweepAnalysis& analysis, std::size_t a, std::size_t b) {
  std::size_t shared = 0;
  for (const auto& [name, value] : analysis.results.cells[a].levels) {
    const Value* other = analysis.results.cells[b].levels.find(name);
    if (other != nullptr && *other == value) ++shared;
  }
  return shared;
}

// The preferred cell; of equally preferred ones the one that is most like `others`.
std::optional<std::size_t> chosen_cell(const SweepAnalysis& analysis, const PaperCell& wanted,
                                       const std::set<std::size_t>& candidates,
                                       const std::vector<std::size_t>& others) {
  std::optional<std::size_t> best;
  std::pair<std::vector<bool>, std::size_t> best_worth;
  for (const std::size_t cell : candidates) {
    if (!fits(analysis, cell, wanted)) continue;
    std::size_t shared = 0;
    for (const std::size_t other : others) shared += shared_levels(analysis, cell, other);
    std::pair worth(preferences(analysis, cell, wanted), shared);
    if (best && !(worth > best_worth)) continue;
    best = cell;
    best_worth = std::move(worth);
  }
  return best;
}

std::string require_text(const PaperCell& cell) {
  std::string text;
  for (const auto& [name, value] : cell.require) append_item(text, name + "=" + value);
  return text;
}

// The cells with the most preferences are chosen first, then the others like them.
MaybeFigure cells_of(const PaperFigure& figure, const SweepAnalysis& analysis,
                     std::vector<std::size_t>& cells) {
  const auto candidates = cells_with_curve(analysis, figure.metric);
  std::vector<std::size_t> order(figure.cells.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return figure.cells[a].prefer.size() > figure.cells[b].prefer.size();
  });
  cells.assign(figure.cells.size(), 0);
  std::vector<std::size_t> others;
  for (const std::size_t i : order) {
    const auto cell = chosen_cell(analysis, figure.cells[i], candidates, others);
    if (!cell) {
      return {std::nullopt,
              fmt::format("sweep '{}' has no done trials of a cell with {} and a curve of {}",
                          analysis.results.sweep, require_text(figure.cells[i]), figure.metric)};
    }
    cells[i] = *cell;
    others.push_back(*cell);
  }
  return {};
}

}  // namespace

MaybeFigure paper_curves_figure(const PaperFigure& figure, const SweepAnalysis& analysis) {
  check(figure.kind == PaperFigureKind::kCurves, "the figure shows curves");
  const SweepResults& results = analysis.results;
  if (results.experiment != figure.experiment) {
    return {std::nullopt, fmt::format("sweep '{}' is of experiment '{}', not '{}'", results.sweep,
                                      results.experiment, figure.experiment)};
  }
  std::vector<std::size_t> cells;
  if (MaybeFigure none = cells_of(figure, analysis, cells); !none.reason.empty()) return none;
  const auto curves =
      learning_curves(results, figure.metric, kMostPoints, cells, analysis.confidence);
  std::vector<BandLine> lines;
  std::string runs;
  for (const std::size_t cell : cells) {
    const auto curve = std::find_if(curves.begin(), curves.end(),
                                    [&](const LearningCurve& each) { return each.cell == cell; });
    if (curve == curves.end()) continue;
    const CellLabels::Cell& label = analysis.labels.cells[cell];
    lines.push_back(band_line(label.label, label.style, curve->points));
    append_item(runs, fmt::format("{} of {} {}s of {}", curve->runs, curve->planned, analysis.noun,
                                  label.label));
  }
  if (lines.empty()) {
    return {std::nullopt, fmt::format("the runs of sweep '{}' have no step in common at which {} "
                                      "was reported",
                                      results.sweep, figure.metric)};
  }
  const MetricInfo metric = metric_info(results, figure.metric);
  BandAxes axes;
  axes.x = step_title(metric);
  axes.y = metric_title(metric);
  axes.y_unit = metric.unit;
  axes.band = fmt::format("{} t interval over {}s", analysis.percent, analysis.noun);
  Figure drawn = band_figure(figure.id, axes, lines);
  drawn.caption =
      fmt::format("{} by {}, sweep {}: mean and {} t interval over {}s ({}).", figure.title, axes.x,
                  results.sweep, analysis.percent, analysis.noun, runs);
  if (!figure.caption.empty()) drawn.caption += " " + figure.caption;
  drawn.description = "Learning curves. " + drawn.caption;
  return {std::move(drawn), ""};
}

}  // namespace polysweep
