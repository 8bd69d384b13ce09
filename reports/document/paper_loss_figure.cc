#include "reports/document/paper_loss_figure.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/learning_curve.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"
#include "reports/document/band_line.h"

namespace polysweep {
namespace {

constexpr const char* kExperiment = "translation";
constexpr const char* kLoss = "training_loss";
constexpr std::size_t kMostPoints = 400;

const Value* level(const SweepAnalysis& analysis, std::size_t cell, const char* name) {
  if (const Value* found = analysis.results.cells[cell].levels.find(name)) return found;
  if (const Value* fixed = analysis.results.fixed.find(name)) return fixed;
  return analysis.results.defaults.find(name);
}

bool is(const SweepAnalysis& analysis, std::size_t cell, const char* name,
        const std::string& wanted) {
  const Value* value = level(analysis, cell, name);
  return value != nullptr && value->display() == wanted;
}

// How much a cell is the paper's own: unscaled rows, all degrees, its grid.
int likeness(const SweepAnalysis& analysis, std::size_t cell) {
  return (is(analysis, cell, "norm", "raw") ? 4 : 0) +
         (is(analysis, cell, "order", "full") ? 2 : 0) +
         (is(analysis, cell, "grid", "paper") ? 1 : 0);
}

std::size_t shared_levels(const SweepAnalysis& analysis, std::size_t a, std::size_t b) {
  std::size_t shared = 0;
  for (const auto& [name, value] : analysis.results.cells[a].levels) {
    const Value* other = analysis.results.cells[b].levels.find(name);
    if (other != nullptr && *other == value) ++shared;
  }
  return shared;
}

// The two cells that the paper compares, among `with_curve`.
struct Pair {
  std::size_t sinusoidal = 0;
  std::size_t legendre = 0;
};
std::optional<Pair> compared_cells(const SweepAnalysis& analysis,
                                   const std::vector<std::size_t>& with_curve) {
  std::optional<Pair> best;
  const auto worth = [&](const Pair& pair) {
    return std::pair(likeness(analysis, pair.legendre),
                     shared_levels(analysis, pair.sinusoidal, pair.legendre));
  };
  for (const std::size_t legendre : with_curve) {
    if (!is(analysis, legendre, "encoding", "legendre_position")) continue;
    for (const std::size_t sinusoidal : with_curve) {
      if (!is(analysis, sinusoidal, "encoding", "sinusoidal")) continue;
      const Pair pair{sinusoidal, legendre};
      if (!best || worth(pair) > worth(*best)) best = pair;
    }
  }
  return best;
}

std::vector<std::size_t> cells_with_loss(const SweepAnalysis& analysis) {
  std::vector<std::size_t> cells;
  for (const SeriesResult& series : series_of(analysis.results, kLoss)) {
    const TrialResult& trial = analysis.results.trials[series.trial];
    if (trial.state != TrialState::kDone || series.points < 2) continue;
    if (std::find(cells.begin(), cells.end(), trial.cell) == cells.end())
      cells.push_back(trial.cell);
  }
  return cells;
}

}  // namespace

MaybeFigure paper_loss_figure(const std::string& id, const SweepAnalysis& analysis) {
  if (analysis.results.experiment != kExperiment) {
    return {std::nullopt,
            fmt::format("sweep '{}' trains no {}", analysis.results.sweep, kExperiment)};
  }
  const auto pair = compared_cells(analysis, cells_with_loss(analysis));
  if (!pair) {
    return {std::nullopt, fmt::format("sweep '{}' has no done trials of both sinusoidal and "
                                      "legendre_position with a curve of {}",
                                      analysis.results.sweep, kLoss)};
  }
  const auto curves =
      learning_curves(analysis.results, kLoss, kMostPoints, {pair->sinusoidal, pair->legendre},
                      analysis.options.confidence);
  std::vector<BandLine> lines;
  std::string runs;
  for (const LearningCurve& curve : curves) {
    const CellLabels::Cell& cell = analysis.labels.cells[curve.cell];
    lines.push_back(band_line(cell.label, cell.style, curve.points));
    runs += fmt::format("{}{} of {} {}s of {}", runs.empty() ? "" : ", ", curve.runs, curve.planned,
                        analysis.noun, cell.label);
  }
  if (lines.empty()) {
    return {std::nullopt, fmt::format("the runs of sweep '{}' have no step in common at which "
                                      "{} was reported",
                                      analysis.results.sweep, kLoss)};
  }
  const MetricInfo metric = metric_info(analysis.results, kLoss);
  BandAxes axes;
  axes.x = "step";
  axes.y = metric_title(metric);
  axes.y_unit = metric.unit;
  axes.band = fmt::format("{} t interval over {}s", analysis.percent, analysis.noun);
  Figure figure = band_figure(id, axes, lines);
  figure.caption =
      fmt::format("Training loss against steps, sweep {}: mean and {} t interval over {}s ({}).",
                  analysis.results.sweep, analysis.percent, analysis.noun, runs);
  figure.description = "Learning curves. " + figure.caption;
  return {std::move(figure), ""};
}

}  // namespace polysweep
