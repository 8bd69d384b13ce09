// How soon runs get where the baseline's runs get.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/analysis/convergence.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/ratio_plot.h"
#include "reports/text/escaping.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostRows = 24;    // of a figure
constexpr std::size_t kMostRuns = 2000;  // of the table of runs

std::string counter_title(const ConvergenceCounter& counter) {
  const std::string name = shortened(counter.name, 60);
  return counter.unit.empty() || counter.unit == counter.name
             ? name
             : name + " (" + shortened(counter.unit, 30) + ")";
}

// To three digits; the end of a range outwards.
enum class Rounding : std::uint8_t { kNearest, kDown, kUp };

std::string ratio_number(double ratio, Rounding rounding) {
  if (!(ratio > 0) || std::isinf(ratio)) return significant_text(ratio);
  const int decimals = ratio >= 0.1
                           ? std::clamp(2 - static_cast<int>(std::floor(std::log10(ratio))), 0, 2)
                           : 1 - static_cast<int>(std::floor(std::log10(ratio)));
  const double scale = std::pow(10, decimals);
  const double slack = 1e-9 * ratio * scale;  // 0.57 is 56.99999999999999 hundredths
  if (rounding == Rounding::kDown) ratio = std::floor(ratio * scale + slack) / scale;
  if (rounding == Rounding::kUp) ratio = std::ceil(ratio * scale - slack) / scale;
  return number_text(ratio, decimals);
}

// "0.51 to 0.75", "< 0.75", "> 0.51".
std::string range_text(const Interval& range) {
  const std::string low = ratio_number(range.low, Rounding::kDown);
  const std::string high = ratio_number(range.high, Rounding::kUp);
  if (range.low == 0 && std::isinf(range.high)) return "not bounded";
  if (range.low == 0) return "< " + high;
  if (std::isinf(range.low)) return "infinite";
  if (std::isinf(range.high)) return "> " + low;
  return low + " to " + high;
}

std::string never_text(const SpeedRatio& ratio) {
  std::string text;
  if (ratio.cell_never > 0) {
    text = fmt::format("{} of {} never", ratio.cell_never, ratio.pairs);
  }
  if (ratio.baseline_never > 0) {
    append_item(text, fmt::format("baseline {} never", ratio.baseline_never));
  }
  return text;
}

TableCell ratio_field(const SpeedRatio& ratio) {
  TableCell field;
  if (ratio.ratio) {
    field.text = ratio_number(*ratio.ratio, Rounding::kNearest);
    field.number = *ratio.ratio;
    field.text +=
        " (" +
        (ratio.interval ? range_text(*ratio.interval) : "one pair: " + range_text(ratio.bounds)) +
        ")";
  } else {
    const Interval& bounds = ratio.bounds;
    const bool unknown = bounds.low == 0 && std::isinf(bounds.high);
    field.text = unknown ? "unknown" : range_text(bounds);
    if (ratio.interval && !unknown) field.text += " (" + range_text(*ratio.interval) + ")";
  }
  const std::string never = never_text(ratio);
  if (!never.empty()) {
    field.text += "; " + never;
    field.tone = Tone::kMissing;
  }
  return field;
}

// Of the only baseline, the targets' values too.
std::string target_title(const Convergence& convergence, std::size_t target) {
  std::string title = target_name(convergence.targets[target]);
  const auto& value = convergence.baselines.front().targets[target];
  if (convergence.targets[target].fraction && convergence.baselines.size() == 1 && value) {
    title += fmt::format(": {:.4g}", *value);
  }
  return title;
}

TableCell value_field(const std::optional<double>& value) {
  if (!value) return {"-", Tone::kMuted};
  return {fmt::format("{:.4g}", *value), *value};
}

TableCell reached_field(double target, std::size_t reached, std::size_t runs) {
  TableCell field(fmt::format("{:.4g} ({} of {})", target, reached, runs), target);
  if (reached < runs) field.tone = Tone::kMissing;
  return field;
}

// What a run spent until a target.
std::string spent_text(const ConvergenceRun& run, const Spending& spent) {
  if (run.diverged) return "diverged";
  if (std::isinf(spent.high)) {
    return fmt::format("not until {} ({})", significant_text(spent.low),
                       run.best ? fmt::format("best {:.4g}", *run.best) : "no finite value");
  }
  if (spent.low == 0) return "at most " + significant_text(spent.high);
  return significant_text(spent.low) + " to " + significant_text(spent.high);
}

Table steps_table(const SweepAnalysis& analysis, const Convergence& convergence) {
  Table table;
  table.id = "convergence-steps";
  table.caption =
      fmt::format("By {}: {} until each target, more than the first number and at most the second",
                  analysis.noun, counter_title(convergence.counters[0]));
  table.columns = {{"cell", Align::kLeft, ""}};
  for (const auto& target : convergence.targets) {
    table.columns.push_back({target_name(target), Align::kLeft, ""});
  }
  for (const ConvergenceRow& row : convergence.rows) {
    TableRow fields = {cell_field(analysis, row.cell)};
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      std::string text;
      for (const ConvergenceRun& run : row.runs) {
        if (!convergence.baseline_of(row).targets[t]) continue;
        const auto& name = analysis.results.trials[run.trial].replicate;
        append_item(text,
                    (name.empty() ? std::string() : shortened(name, 20) + ": ") +
                        spent_text(run, run.spendings[0][t]),
                    "; ");
      }
      fields.push_back(text);
    }
    table.rows.push_back(std::move(fields));
  }
  return table;
}

std::string line_text(const SweepAnalysis& analysis, const SpeedRatio& ratio) {
  std::string text = ratio.interval ? analysis.percent + " interval" : "bounds of these pairs";
  text += ratio.ratio ? " of the geometric mean" : " of the median";
  const std::string never = never_text(ratio);
  if (!never.empty()) text += "; " + never;
  return text;
}

RatioMark mark_of(const SweepAnalysis& analysis, const std::string& name, const SpeedRatio& ratio) {
  const Interval line = ratio.interval.value_or(ratio.bounds);
  return {name,
          ratio.ratio,
          line.low,
          line.high,
          ratio.interval.has_value(),
          line_text(analysis, ratio)};
}

bool draws_something(const RatioMark& mark) {
  return mark.ratio || mark.low > 0 || std::isfinite(mark.high);
}

std::optional<Figure> figure_of(const SweepAnalysis& analysis, const Convergence& convergence,
                                std::size_t counter) {
  std::vector<RatioRow> rows;
  bool any = false;
  std::size_t left_out = 0;
  for (const ConvergenceRow& row : convergence.rows) {
    if (row.ratios.empty()) continue;
    RatioRow drawn{
        analysis.labels.cells[row.cell].label, analysis.labels.cells[row.cell].style, {}};
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      const auto& ratio = row.ratios[counter][t];
      if (!ratio || std::isinf(ratio->bounds.low)) continue;
      drawn.marks.push_back(mark_of(analysis, target_name(convergence.targets[t]), *ratio));
      any = any || draws_something(drawn.marks.back());
    }
    if (drawn.marks.empty()) continue;
    if (rows.size() == kMostRows) {
      ++left_out;
    } else {
      rows.push_back(std::move(drawn));
    }
  }
  if (!any || rows.empty()) return std::nullopt;
  const std::string title = counter_title(convergence.counters[counter]);
  Figure figure = ratio_figure(
      fmt::format("convergence-figure{}", counter + 1),
      {title + " until a target, relative to the baseline (left of 1: faster)", "baseline"}, rows);
  figure.caption = fmt::format(
      "Ratio of {} until {} first reaches each target, cell to baseline, logarithmic axis: "
      "geometric mean over {}s with its {} interval. Dashed: bounds alone. "
      "An arrow goes beyond the figure or has no bound.{}",
      title, metric_title(convergence.metric), analysis.noun, analysis.percent,
      left_out > 0 ? fmt::format(" The first {} cells are drawn.", kMostRows) : std::string());
  figure.description = "Ratio plot. " + figure.caption;
  return figure;
}

Table ratio_table(const SweepAnalysis& analysis, const Convergence& convergence,
                  std::size_t counter) {
  Table table;
  table.id = fmt::format("convergence-ratio{}", counter + 1);
  table.caption =
      fmt::format("Ratio of {} until {} first reaches each target, cell to baseline",
                  counter_title(convergence.counters[counter]), metric_title(convergence.metric));
  table.columns = {{"cell", Align::kLeft, ""}, {"pairs", Align::kRight, ""}};
  for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
    table.columns.push_back({target_title(convergence, t), Align::kRight, ""});
  }
  for (const ConvergenceRow& row : convergence.rows) {
    if (row.ratios.empty()) continue;
    std::size_t pairs = 0;
    TableRow fields;
    for (const auto& ratio : row.ratios[counter]) {
      if (ratio) pairs = ratio->pairs;
      fields.push_back(ratio ? ratio_field(*ratio) : TableCell("-", Tone::kMuted));
    }
    fields.insert(fields.begin(), {cell_field(analysis, row.cell),
                                   count_field(std::min(pairs, row.planned), row.planned)});
    table.rows.push_back(std::move(fields));
  }
  return table;
}

std::vector<std::string> ratio_notes(const SweepAnalysis& analysis) {
  return {fmt::format(
      "Below 1 is faster. Geometric mean over the {0}s that both cells have, and its {1} interval: "
      "t intervals with each run's first evaluation at the target, and with the "
      "evaluation before it for the cell or for the baseline, joined. Where a run never reached "
      "the target: the range in which the median of the pairs lies, and in brackets its {1} "
      "interval where there are enough pairs. Intervals are not adjusted for the number of cells "
      "and targets.",
      analysis.noun, analysis.percent)};
}

Table targets_table(const SweepAnalysis& analysis, const Convergence& convergence) {
  Table table;
  table.id = "convergence-targets";
  table.caption = "Targets of " + metric_title(convergence.metric) +
                  ", and how many of the baseline's own runs reach them";
  table.columns = {{"baseline", Align::kLeft, ""},
                   {"runs", Align::kRight, ""},
                   {"start", Align::kRight, ""},
                   {"best", Align::kRight, ""}};
  for (const auto& target : convergence.targets) {
    table.columns.push_back({target_name(target), Align::kRight, ""});
  }
  for (const ConvergenceRow& row : convergence.rows) {
    if (!convergence.is_baseline(row)) continue;
    const ConvergenceBaseline& baseline = convergence.baseline_of(row);
    TableRow fields = {cell_field(analysis, row.cell),
                       count_field(std::min(baseline.runs, row.planned), row.planned),
                       value_field(baseline.start), value_field(baseline.best)};
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      const auto& value = baseline.targets[t];
      fields.push_back(value ? reached_field(*value, row.reached[t], row.runs.size())
                             : TableCell("-", Tone::kMuted));
    }
    table.rows.push_back(std::move(fields));
    if (!baseline.reason.empty()) {
      table.notes.push_back("No shares of the improvement of " +
                            analysis.labels.cells[row.cell].label + ": " + baseline.reason + ".");
    }
  }
  table.notes.push_back(
      "A share of the way from start, the mean of the runs' first evaluation, to best, the mean of "
      "their best one.");
  return table;
}

}  // namespace

std::vector<Figure> convergence_figures(const SweepAnalysis& analysis,
                                        const Convergence& convergence) {
  std::vector<Figure> figures;
  for (std::size_t c = 0; c < convergence.counters.size(); ++c) {
    // What is budgeted follows the steps.
    if (convergence.counters[c].role == Role::kBudget) continue;
    if (auto figure = figure_of(analysis, convergence, c)) figures.push_back(std::move(*figure));
  }
  return figures;
}

std::vector<Table> convergence_tables(const SweepAnalysis& analysis,
                                      const Convergence& convergence) {
  std::vector<Table> tables = {targets_table(analysis, convergence)};
  for (std::size_t c = 0; c < convergence.counters.size(); ++c) {
    Table table = ratio_table(analysis, convergence, c);
    if (!table.rows.empty()) tables.push_back(std::move(table));
  }
  if (tables.size() > 1) tables.back().notes = ratio_notes(analysis);
  return tables;
}

Section convergence_section(const SweepAnalysis& analysis) {
  Section section{"convergence", "Convergence", {}};
  const auto convergence =
      converge(analysis.results, {analysis.options.convergence_metric, analysis.confidence});
  if (!convergence) return section;
  for (Figure& figure : convergence_figures(analysis, *convergence)) {
    section.blocks.push_back(std::move(figure));
  }
  for (Table& table : convergence_tables(analysis, *convergence)) {
    section.blocks.push_back(std::move(table));
  }
  if (analysis.results.trials.size() <= kMostRuns) {
    section.blocks.push_back(FoldedTable{steps_table(analysis, *convergence)});
  } else {
    section.blocks.push_back(Paragraph{
        "What each run spent until each target: polysweep convergence --json.", Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
