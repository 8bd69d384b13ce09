// How soon runs get where the baseline's runs get.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

constexpr std::size_t kMostRows = 12;    // of a figure
constexpr std::size_t kMostRuns = 2000;  // of the table of runs

std::string counter_title(const ConvergenceCounter& counter) {
  const std::string name = shortened(counter.name, 60);
  return counter.unit.empty() || counter.unit == counter.name
             ? name
             : name + " (" + shortened(counter.unit, 30) + ")";
}

// The end of a range is rounded outwards.
enum class Rounding : std::uint8_t { kNearest, kDown, kUp };

// Decimals of the ratios of a column, by its smallest one; at most four.
int ratio_decimals(const std::vector<const SpeedRatio*>& column) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const SpeedRatio* ratio : column) {
    for (const double each : {ratio->ratio.value_or(ratio->bounds.low), ratio->bounds.high}) {
      if (each > 0) smallest = std::min(smallest, each);
    }
  }
  if (std::isinf(smallest)) return 2;
  const int magnitude = static_cast<int>(std::floor(std::log10(smallest)));
  return std::clamp(magnitude >= -1 ? std::min(2 - magnitude, 2) : 1 - magnitude, 0, 4);
}

std::string ratio_number(double ratio, int decimals, Rounding rounding) {
  if (!(ratio > 0) || std::isinf(ratio)) return significant_text(ratio);
  const double scale = std::pow(10, decimals);
  const double slack = 1e-9 * ratio * scale;  // 0.57 is 56.99999999999999 hundredths
  if (rounding == Rounding::kDown) ratio = std::floor(ratio * scale + slack) / scale;
  if (rounding == Rounding::kUp) ratio = std::ceil(ratio * scale - slack) / scale;
  return number_text(ratio, decimals);
}

// "0.51 to 0.75", "< 0.75", "> 0.51".
std::string range_text(const Interval& range, int decimals) {
  const std::string low = ratio_number(range.low, decimals, Rounding::kDown);
  const std::string high = ratio_number(range.high, decimals, Rounding::kUp);
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

bool is_bounded(const Interval& range) { return range.low > 0 || std::isfinite(range.high); }

TableCell ratio_field(const SpeedRatio& ratio, int decimals) {
  TableCell field;
  field.number = ratio.ratio;
  const bool has_interval = ratio.interval && is_bounded(*ratio.interval);
  if (!is_bounded(ratio.ratio ? ratio.interval.value_or(ratio.bounds) : ratio.bounds)) {
    field.text = "not bounded";
    field.tone = Tone::kMuted;
  } else if (ratio.ratio) {
    field.text = ratio_number(*ratio.ratio, decimals, Rounding::kNearest) + " (" +
                 (ratio.interval ? range_text(*ratio.interval, decimals)
                                 : "one pair: " + range_text(ratio.bounds, decimals)) +
                 ")";
  } else {
    field.text = range_text(ratio.bounds, decimals);
    if (has_interval) field.text += " (" + range_text(*ratio.interval, decimals) + ")";
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

// Four digits of the largest value of the metric that the targets' table has.
ColumnDigits target_digits(const Convergence& convergence) {
  std::vector<double> values;
  for (const ConvergenceBaseline& baseline : convergence.baselines) {
    for (const auto& value : {baseline.start, baseline.best}) {
      if (value) values.push_back(*value);
    }
    for (const auto& value : baseline.targets) {
      if (value) values.push_back(*value);
    }
  }
  double largest = 0;
  for (const double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  return column_digits(values, std::vector<double>(values.size(), largest / 10));
}

TableCell value_field(const std::optional<double>& value, const ColumnDigits& digits) {
  if (!value) return {"-", Tone::kMuted};
  return {column_text(*value, digits), *value};
}

TableCell reached_field(const std::string& target, std::size_t reached, std::size_t runs) {
  TableCell field(fmt::format("{} ({} of {})", target, reached, runs));
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

// What a ratio says.
std::string below_one_text() {
  return "Below 1 the cell is faster: 0.5 is half of what the baseline needs, 2 is twice as much.";
}

std::optional<Figure> figure_of(const SweepAnalysis& analysis, const Convergence& convergence,
                                std::size_t counter) {
  std::vector<RatioRow> rows;
  bool not_bounded = false;
  bool never = false;
  std::size_t left_out = 0;
  for (const ConvergenceRow& row : convergence.rows) {
    if (row.ratios.empty()) continue;
    RatioRow drawn{
        analysis.labels.cells[row.cell].label, analysis.labels.cells[row.cell].style, {}};
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      const auto& ratio = row.ratios[counter][t];
      if (!ratio) continue;
      if (std::isinf(ratio->bounds.low)) {
        never = true;
        continue;
      }
      RatioMark mark = mark_of(analysis, target_name(convergence.targets[t]), *ratio);
      if (mark.low == 0 && std::isinf(mark.high)) {
        not_bounded = true;
      } else {
        drawn.marks.push_back(std::move(mark));
      }
    }
    if (drawn.marks.empty()) continue;
    if (rows.size() == kMostRows) {
      ++left_out;
    } else {
      rows.push_back(std::move(drawn));
    }
  }
  if (rows.empty()) return std::nullopt;
  const std::string title = counter_title(convergence.counters[counter]);
  std::vector<std::string> targets;
  for (const auto& target : convergence.targets) {
    const std::string name = target_name(target);
    const bool drawn = std::any_of(rows.begin(), rows.end(), [&](const RatioRow& row) {
      return std::any_of(row.marks.begin(), row.marks.end(),
                         [&](const RatioMark& mark) { return mark.name == name; });
    });
    if (drawn) targets.push_back(name);
  }
  Figure figure =
      ratio_figure(fmt::format("convergence-figure{}", counter + 1),
                   {title + " until a target, ratio to the baseline", "baseline", targets}, rows);
  figure.caption = fmt::format(
      "How soon {} gets as far as the baseline: {} that a cell needs until each target, divided by "
      "what the baseline needs. {} A panel for each target, a share of the baseline's "
      "improvement. Mark and line: geometric mean over {}s and its {} interval. Dashed: bounds "
      "alone. An arrow goes beyond the figure or has no bound. The axis is logarithmic.{}{}{}",
      metric_title(convergence.metric), title, below_one_text(), analysis.noun, analysis.percent,
      not_bounded ? " A ratio that is not bounded is left out." : "",
      never ? " A cell whose typical run never reaches a target has no line for it." : "",
      left_out > 0 ? fmt::format(" The first {} cells are drawn.", kMostRows) : std::string());
  figure.description = "Ratio plot. " + figure.caption;
  return figure;
}

Table ratio_table(const SweepAnalysis& analysis, const Convergence& convergence,
                  std::size_t counter) {
  Table table;
  table.id = fmt::format("convergence-ratio{}", counter + 1);
  table.caption = fmt::format(
      "Ratio to the baseline of {} until {} first reaches each target (below 1: faster)",
      counter_title(convergence.counters[counter]), metric_title(convergence.metric));
  table.columns = {{"cell", Align::kLeft, ""}, {"pairs", Align::kRight, ""}};
  for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
    table.columns.push_back({target_title(convergence, t), Align::kRight, ""});
  }
  std::vector<int> decimals;
  for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
    std::vector<const SpeedRatio*> column;
    for (const ConvergenceRow& row : convergence.rows) {
      if (!row.ratios.empty() && row.ratios[counter][t]) column.push_back(&*row.ratios[counter][t]);
    }
    decimals.push_back(ratio_decimals(column));
  }
  for (const ConvergenceRow& row : convergence.rows) {
    if (row.ratios.empty()) continue;
    std::size_t pairs = 0;
    TableRow fields;
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      const auto& ratio = row.ratios[counter][t];
      if (ratio) pairs = ratio->pairs;
      fields.push_back(ratio ? ratio_field(*ratio, decimals[t]) : TableCell("-", Tone::kMuted));
    }
    fields.insert(fields.begin(), {cell_field(analysis, row.cell),
                                   count_field(std::min(pairs, row.planned), row.planned)});
    table.rows.push_back(std::move(fields));
  }
  return table;
}

std::vector<std::string> ratio_notes(const SweepAnalysis& analysis) {
  return {fmt::format(
      "{2} Geometric mean over the {0}s that both cells have, and its {1} interval: "
      "t intervals with each run's first evaluation at the target, and with the "
      "evaluation before it for the cell or for the baseline, joined. Where a run never reached "
      "the target: the range in which the median of the pairs lies, and in brackets its {1} "
      "interval where there are enough pairs. Not bounded: the evaluations admit every ratio. "
      "Intervals are not adjusted for the number of cells and targets.",
      analysis.noun, analysis.percent, below_one_text())};
}

Table targets_table(const SweepAnalysis& analysis, const Convergence& convergence) {
  Table table;
  table.id = "convergence-targets";
  table.caption = "Targets: values of " + metric_title(convergence.metric) +
                  " on the baseline's way from its start (0%) to its best (100%), and how many of "
                  "its own runs reach them";
  table.columns = {{"baseline", Align::kLeft, ""},
                   {"runs", Align::kRight, ""},
                   {"start", Align::kRight, ""},
                   {"best", Align::kRight, ""}};
  for (const auto& target : convergence.targets) {
    table.columns.push_back({target_name(target), Align::kRight, ""});
  }
  const ColumnDigits digits = target_digits(convergence);
  for (const ConvergenceRow& row : convergence.rows) {
    if (!convergence.is_baseline(row)) continue;
    const ConvergenceBaseline& baseline = convergence.baseline_of(row);
    TableRow fields = {cell_field(analysis, row.cell),
                       count_field(std::min(baseline.runs, row.planned), row.planned),
                       value_field(baseline.start, digits), value_field(baseline.best, digits)};
    for (std::size_t t = 0; t < convergence.targets.size(); ++t) {
      const auto& value = baseline.targets[t];
      fields.push_back(
          value ? reached_field(column_text(*value, digits), row.reached[t], row.runs.size())
                : TableCell("-", Tone::kMuted));
      fields.back().number = value;
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
