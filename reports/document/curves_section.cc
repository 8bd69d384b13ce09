// Convergence and learning curves.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/analysis/ablation.h"
#include "reports/analysis/convergence.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/learning_curve.h"
#include "reports/analysis/number_text.h"
#include "reports/analysis/sweep_series.h"
#include "reports/document/study.h"
#include "reports/figures/dot_plot.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostPoints = 120;
constexpr std::size_t kMostMetrics = 3;
constexpr std::size_t kMostContexts = 6;
constexpr std::size_t kMostLines = 16;
constexpr std::size_t kMostRows = 60;
constexpr double kLogarithmicRange = 50;

std::string steps_text(const Study& study, const ConvergenceRow& row) {
  std::string text;
  for (const auto& run : row.runs) {
    if (!text.empty()) text += "; ";
    const auto& name = study.results.trials[run.trial].replicate;
    if (!name.empty()) text += shortened(name, 20) + ": ";
    text += run.step ? significant_text(*run.step) : "never (" + run.note + ")";
  }
  return text;
}

TableCell target_field(const ConvergenceRow& row) {
  if (!row.target) return {"-", Tone::kMuted};
  return {fmt::format("{:.4g}", *row.target), *row.target};
}

TableCell reached_field(const ConvergenceRow& row) {
  TableCell field(fmt::format("{} of {}", row.reached, row.runs.size()),
                  row.reached < row.runs.size() ? Tone::kHole : Tone::kPlain);
  if (row.runs.size() < row.planned) {
    field.text += fmt::format(" ({} planned)", row.planned);
    field.tone = Tone::kHole;
  }
  field.number = static_cast<double>(row.reached);
  return field;
}

Table steps_table(const Study& study, const Convergence& convergence) {
  Table table;
  table.id = "convergence-steps";
  table.caption = "That step by " + study.noun + ", and the best of those that never get there";
  table.columns = {{"cell", Align::kLeft, ""}, {"step by " + study.noun, Align::kLeft, ""}};
  for (const auto& row : convergence.rows) {
    table.rows.push_back({study.cell_field(row.cell), steps_text(study, row)});
  }
  return table;
}

// The step at which a censored run was last evaluated; none where it has no curve.
std::optional<double> last_step(const Study& study, const std::string& metric, std::size_t trial) {
  for (const auto& series : series_of(study.results, metric)) {
    if (series.trial == trial) return static_cast<double>(series.last_step);
  }
  return std::nullopt;
}

DotRow dots_of(const Study& study, const Convergence& convergence, const ConvergenceRow& row) {
  DotRow dots;
  dots.label = study.arms.cells[row.cell].label;
  if (study.results.cells[row.cell].is_baseline) dots.label += " (baseline)";
  dots.style = study.arms.cells[row.cell].style;
  for (const auto& run : row.runs) {
    const auto& name = study.results.trials[run.trial].replicate;
    const auto step = run.step ? run.step : last_step(study, convergence.metric.name, run.trial);
    if (step) dots.dots.push_back({shortened(name, 20), *step, !run.step});
  }
  return dots;
}

}  // namespace

std::optional<Figure> convergence_figure(const Study& study, const Convergence& convergence) {
  std::vector<DotRow> rows;
  for (const auto& row : convergence.rows) {
    if (rows.size() == kMostRows) break;
    DotRow dots = dots_of(study, convergence, row);
    if (!dots.dots.empty()) rows.push_back(std::move(dots));
  }
  if (rows.empty()) return std::nullopt;
  const std::string metric = metric_title(convergence.metric);
  Figure figure = dot_figure(
      "convergence-figure",
      {"step at which " + metric + " first reaches the baseline's median best", study.noun, true},
      rows);
  figure.caption = fmt::format(
      "A dot for every run that gets as far in {} as the baseline's typical run at its best, at "
      "the "
      "step where it first does; an arrow for a run that never does, from where it ended.{}",
      metric,
      rows.size() == kMostRows ? fmt::format(" The first {} cells are drawn.", kMostRows)
                               : std::string());
  figure.description = "Dot plot. " + figure.caption;
  return figure;
}

namespace {

// Steps are seen from evaluation to evaluation: a ratio has no more digits than three,
// also where all pairs agree.
constexpr double kRatioGrain = 0.01;

std::vector<TableCell> ratio_fields(const ConvergenceRow& row) {
  const TableCell none("-", Tone::kMuted);
  if (!row.ratio) return {none, none};
  const double grain = std::max(half_width(row.interval), kRatioGrain);
  const TableCell ratio(rounded_text(*row.ratio, grain), *row.ratio);
  if (!row.interval) return {ratio, none};
  return {ratio, TableCell(rounded_text(row.interval->low, grain) + " to " +
                           rounded_text(row.interval->high, grain))};
}

}  // namespace

Table convergence_table(const Study& study, const Convergence& convergence) {
  Table table;
  table.id = "convergence-table";
  table.caption = "First evaluation at which " + metric_title(convergence.metric) +
                  " reaches the baseline's median best";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"target", Align::kRight, convergence.metric.unit},
                   {"runs that get there", Align::kRight, ""},
                   {"ratio of steps", Align::kRight, ""},
                   {study.percent + " t interval", Align::kRight, ""},
                   {"pairs", Align::kRight, ""}};
  for (const auto& row : convergence.rows) {
    const std::vector<TableCell> ratio = ratio_fields(row);
    table.rows.push_back({study.cell_field(row.cell), target_field(row), reached_field(row),
                          ratio[0], ratio[1], TableCell(std::to_string(row.pairs))});
  }
  table.notes = {fmt::format(
      "Ratio: geometric mean of steps(cell) / steps(baseline) over the {}s in which both get "
      "there; "
      "below 1 is faster. A run that never gets there is censored: it is counted and shown, and no "
      "number stands in for it, so a ratio beside censored runs flatters that cell. About half of "
      "the baseline's own runs stay short of its median.",
      study.noun)};
  return table;
}

namespace {

// A curve that the plan gives, not the arm, as that of a learning rate.
bool same_in_all_cells(const Study& study, const std::string& metric) {
  std::map<std::string, std::pair<double, double>> range;  // by replicate
  for (const auto& series : series_of(study.results, metric)) {
    const TrialResult& trial = study.results.trials[series.trial];
    if (trial.state != TrialState::kDone) continue;
    const std::pair<double, double> own{series.minimum, series.maximum};
    if (range.try_emplace(trial.replicate, own).first->second != own) return false;
  }
  return true;
}

// The metric of convergence, the primary one, then the others by name.
std::vector<std::string> drawn_metrics(const Study& study) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    const bool known = std::find(names.begin(), names.end(), name) != names.end();
    if (!known && study.results.curves.count(name) != 0) names.push_back(name);
  };
  if (!study.options.convergence_metric.empty()) add(study.options.convergence_metric);
  add("validation_loss");
  add(study.results.primary.name);
  add("training_loss");
  for (const auto& metric : study.results.metrics) {
    if (!same_in_all_cells(study, metric.name)) add(metric.name);
  }
  for (const auto& [name, curves] : study.results.curves) add(name);
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
std::vector<std::size_t> drawn_cells(const Study& study, const std::set<std::size_t>& with_curve,
                                     std::size_t context, const std::vector<std::size_t>& ranking) {
  std::vector<std::size_t> here;
  for (const std::size_t cell : with_curve) {
    if (study.arms.cells[cell].context_index == context) here.push_back(cell);
  }
  if (here.size() <= kMostLines) return here;
  const auto rank = [&](std::size_t cell) {
    if (study.results.cells[cell].is_baseline) return std::ptrdiff_t{-1};
    return std::find(ranking.begin(), ranking.end(), cell) - ranking.begin();
  };
  std::stable_sort(here.begin(), here.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  here.resize(kMostLines);
  std::sort(here.begin(), here.end());
  return here;
}

std::set<std::size_t> cells_with_curve(const Study& study, const std::string& metric) {
  std::set<std::size_t> out;
  for (const auto& series : series_of(study.results, metric)) {
    const TrialResult& trial = study.results.trials[series.trial];
    if (trial.state == TrialState::kDone) out.insert(trial.cell);
  }
  return out;
}

Figure curve_figure(const Study& study, const std::string& id, const MetricInfo& metric,
                    const std::vector<LearningCurve>& curves) {
  std::vector<BandLine> lines;
  std::size_t incomplete = 0;
  for (const LearningCurve& curve : curves) {
    const auto& cell = study.arms.cells[curve.cell];
    const std::string mark = study.results.cells[curve.cell].is_baseline ? " (baseline)" : "";
    lines.push_back({cell.arm + mark + runs_text(curve), cell.style, curve.points});
    incomplete = std::max(incomplete, curve.incomplete);
  }
  BandAxes axes;
  axes.x = step_title(metric);
  axes.y = metric_title(metric);
  axes.y_unit = shortened(metric.unit, 30);
  axes.band = "lowest and highest " + study.noun;
  axes.y_logarithmic = wants_logarithm(lines);
  Figure figure = band_figure(id, axes, lines);
  const std::string& where = study.arms.cells[curves.front().cell].context;
  figure.caption = fmt::format(
      "{}{}{} by {} ({}): mean over done {}s, band from the lowest to the highest {}{}.{}{}", where,
      where.empty() ? "" : ": ", metric_title(metric), axes.x, goal_text(metric), study.noun,
      study.noun, axes.y_logarithmic ? ", logarithmic axis" : "",
      incomplete > 0 ? " Steps at which a run has no value are left out." : "",
      lines.size() == kMostLines
          ? fmt::format(" At most {} lines are drawn: the baseline and the best complete cells.",
                        kMostLines)
          : std::string());
  figure.description = (axes.x == "step" ? "Learning curves. " : "Curves. ") + figure.caption;
  return figure;
}

}  // namespace

Section convergence_section(const Study& study) {
  Section section{"convergence", "Convergence", {}};
  const auto convergence =
      converge(study.results, study.options.convergence_metric, study.options.confidence);
  if (!convergence) return section;
  if (auto figure = convergence_figure(study, *convergence)) {
    section.blocks.push_back(std::move(*figure));
  }
  section.blocks.push_back(convergence_table(study, *convergence));
  section.blocks.push_back(FoldedTable{steps_table(study, *convergence)});
  return section;
}

Section curves_section(const Study& study) {
  Section section{"curves", "Learning curves", {}};
  const auto names = drawn_metrics(study);
  const auto ranking = best_cells(study.results, study.results.primary);
  const std::size_t contexts = std::min(study.arms.contexts.size(), kMostContexts);
  for (std::size_t m = 0; m < names.size() && m < kMostMetrics; ++m) {
    const auto with_curve = cells_with_curve(study, names[m]);
    for (std::size_t context = 0; context < contexts; ++context) {
      const auto cells = drawn_cells(study, with_curve, context, ranking);
      if (cells.empty()) continue;
      const auto chosen = learning_curves(study.results, names[m], kMostPoints, cells);
      if (chosen.empty()) continue;
      section.blocks.push_back(curve_figure(study, fmt::format("curve{}-{}", m + 1, context + 1),
                                            metric_info(study.results, names[m]), chosen));
    }
  }
  std::string left;
  for (std::size_t m = kMostMetrics; m < names.size(); ++m) {
    left += (left.empty() ? "" : ", ") + shortened(names[m], 60);
  }
  if (!left.empty()) {
    section.blocks.push_back(
        Paragraph{"Curves that are in the database and not drawn: " + left + ".", Tone::kMuted});
  }
  if (study.arms.contexts.size() > kMostContexts) {
    section.blocks.push_back(
        Paragraph{fmt::format("Drawn for the first {} of {} combinations of the other factors.",
                              kMostContexts, study.arms.contexts.size()),
                  Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
