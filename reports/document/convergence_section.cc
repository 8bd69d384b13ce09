// How soon runs reach the baseline's typical best.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "reports/analysis/convergence.h"
#include "reports/analysis/sweep_series.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/dot_plot.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostRows = 60;

std::string steps_text(const SweepAnalysis& analysis, const ConvergenceRow& row) {
  std::string text;
  for (const auto& run : row.runs) {
    const auto& name = analysis.results.trials[run.trial].replicate;
    append_item(text,
                (name.empty() ? std::string() : shortened(name, 20) + ": ") +
                    (run.step ? significant_text(*run.step) : "never (" + run.note + ")"),
                "; ");
  }
  return text;
}

TableCell target_field(const ConvergenceRow& row) {
  if (!row.target) return {"-", Tone::kMuted};
  return {fmt::format("{:.4g}", *row.target), *row.target};
}

TableCell reached_field(const ConvergenceRow& row) {
  TableCell field(fmt::format("{} of {}", row.reached, row.runs.size()),
                  row.reached < row.runs.size() ? Tone::kMissing : Tone::kPlain);
  if (row.runs.size() < row.planned) {
    field.text += fmt::format(" ({} planned)", row.planned);
    field.tone = Tone::kMissing;
  }
  field.number = static_cast<double>(row.reached);
  return field;
}

Table steps_table(const SweepAnalysis& analysis, const Convergence& convergence) {
  Table table;
  table.id = "convergence-steps";
  table.caption = "That step by " + analysis.noun +
                  ", and the best value of runs that did not reach the target";
  table.columns = {{"cell", Align::kLeft, ""}, {"step by " + analysis.noun, Align::kLeft, ""}};
  for (const auto& row : convergence.rows) {
    table.rows.push_back({cell_field(analysis, row.cell), steps_text(analysis, row)});
  }
  return table;
}

// The step at which each run was last evaluated, by trial.
using LastSteps = std::unordered_map<std::size_t, double>;

LastSteps last_steps(const SweepAnalysis& analysis, const std::string& metric) {
  LastSteps steps;
  for (const auto& series : series_of(analysis.results, metric)) {
    steps[series.trial] = static_cast<double>(series.last_step);
  }
  return steps;
}

DotRow dots_of(const SweepAnalysis& analysis, const LastSteps& last, const ConvergenceRow& row) {
  DotRow dots;
  dots.label = marked_label(analysis, row.cell);
  dots.style = analysis.labels.cells[row.cell].style;
  for (const auto& run : row.runs) {
    const auto& name = analysis.results.trials[run.trial].replicate;
    if (run.step) {
      dots.dots.push_back({shortened(name, 20), *run.step, false});
    } else if (const auto end = last.find(run.trial); end != last.end()) {
      dots.dots.push_back({shortened(name, 20), end->second, true});
    }
  }
  return dots;
}

}  // namespace

std::optional<Figure> convergence_figure(const SweepAnalysis& analysis,
                                         const Convergence& convergence) {
  std::vector<DotRow> rows;
  const LastSteps last = last_steps(analysis, convergence.metric.name);
  for (const auto& row : convergence.rows) {
    if (rows.size() == kMostRows) break;
    DotRow dots = dots_of(analysis, last, row);
    if (!dots.dots.empty()) rows.push_back(std::move(dots));
  }
  if (rows.empty()) return std::nullopt;
  const std::string metric = metric_title(convergence.metric);
  Figure figure =
      dot_figure("convergence-figure",
                 {"step at which " + metric + " first reaches the baseline's median best",
                  analysis.noun, true},
                 rows);
  figure.caption = fmt::format(
      "A dot for every run that reaches the target in {}, the best value of the baseline's typical "
      "run, at the step where it first does; an arrow for a run that does not, from its last "
      "step.{}",
      metric,
      rows.size() == kMostRows ? fmt::format(" The first {} cells are drawn.", kMostRows)
                               : std::string());
  figure.description = "Dot plot. " + figure.caption;
  return figure;
}

namespace {

// Steps are only known from one evaluation to the next: a ratio has at most three digits,
// even where all pairs agree.
constexpr double kRatioGrain = 0.01;

std::vector<TableCell> ratio_fields(const ConvergenceRow& row) {
  if (!row.ratio) return {TableCell("-", Tone::kMuted), interval_field(std::nullopt)};
  const double grain = std::max(half_width(row.interval), kRatioGrain);
  const TableCell ratio(rounded_text(*row.ratio, grain), *row.ratio);
  if (!row.interval) return {ratio, interval_field(std::nullopt)};
  return {ratio, TableCell(rounded_text(row.interval->low, grain) + " to " +
                               rounded_text(row.interval->high, grain),
                           row.interval)};
}

}  // namespace

Table convergence_table(const SweepAnalysis& analysis, const Convergence& convergence) {
  Table table;
  table.id = "convergence-table";
  table.caption = "First evaluation at which " + metric_title(convergence.metric) +
                  " reaches the baseline's median best";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"target", Align::kRight, convergence.metric.unit},
                   {"reached the target", Align::kRight, ""},
                   {"ratio of steps", Align::kRight, ""},
                   {analysis.percent + " t interval", Align::kRight, ""},
                   {"pairs", Align::kRight, ""}};
  for (const auto& row : convergence.rows) {
    const std::vector<TableCell> ratio = ratio_fields(row);
    table.rows.push_back({cell_field(analysis, row.cell), target_field(row), reached_field(row),
                          ratio[0], ratio[1], TableCell(std::to_string(row.pairs))});
  }
  table.notes = {fmt::format(
      "Ratio: geometric mean of steps(cell) / steps(baseline) over the {}s in which both reached "
      "the target; below 1 is faster. A run that did not reach it is censored: it is counted and "
      "shown, and no number replaces it, so a ratio of a cell with censored runs is biased in "
      "favour of that cell. About half of the baseline's own runs do not reach its median.",
      analysis.noun)};
  return table;
}

Section convergence_section(const SweepAnalysis& analysis) {
  Section section{"convergence", "Convergence", {}};
  const auto convergence =
      converge(analysis.results, analysis.options.convergence_metric, analysis.confidence);
  if (!convergence) return section;
  if (auto figure = convergence_figure(analysis, *convergence)) {
    section.blocks.push_back(std::move(*figure));
  }
  section.blocks.push_back(convergence_table(analysis, *convergence));
  section.blocks.push_back(FoldedTable{steps_table(analysis, *convergence)});
  return section;
}

}  // namespace polysweep
