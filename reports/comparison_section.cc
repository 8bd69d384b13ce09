// The comparison with the baseline, and the table of cells.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/ablation.h"
#include "reports/escaping.h"
#include "reports/number_text.h"
#include "reports/study.h"

namespace polysweep {
namespace {

constexpr std::size_t kForestRows = 24;
constexpr std::size_t kMostForestRows = 60;
constexpr std::size_t kMostForests = 12;
constexpr std::size_t kListedValues = 10;
constexpr std::size_t kBestCells = 10;

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::kBetter  ? Tone::kGood
         : verdict == Verdict::kWorse ? Tone::kBad
                                      : Tone::kMuted;
}

std::vector<Column> comparison_columns(const Study& study) {
  const std::string interval = study.percent + " t interval";
  return {{"cell", Align::kLeft, ""},
          {"verdict", Align::kLeft, ""},
          {"pairs", Align::kRight, ""},
          {"mean difference", Align::kRight, study.unit},
          {interval, Align::kRight, study.unit},
          {study.percent + " bootstrap", Align::kRight, study.unit},
          {"p", Align::kRight, ""},
          {"Holm p", Align::kRight, ""},
          {"smallest p", Align::kRight, ""},
          {"P(X > Y)", Align::kRight, ""},
          {"d_z", Align::kRight, ""},
          {"more " + study.noun + "s for the p floor", Align::kRight, ""},
          {"more " + study.noun + "s for this effect", Align::kRight, ""},
          {"remarks", Align::kLeft, ""}};
}

TableCell share_field(const std::optional<double>& share) {
  if (!share) return {"-", Tone::kMuted};
  return {fmt::format("{:.2f}", *share), *share};
}

TableCell p_field(double p, bool known) {
  return known ? TableCell(p_text(p), p) : TableCell("-", Tone::kMuted);
}

// Pairs lacking by the estimate from the observed effect.
TableCell effect_field(const CellComparison& row) {
  if (!row.effect_size || row.verdict != Verdict::kInconclusive) return {"-", Tone::kMuted};
  if (!row.pairs_for_effect) return {fmt::format("> {}", kMostPairs)};
  const std::size_t need = std::max(*row.pairs_for_effect, row.pairs.size()) - row.pairs.size();
  return {std::to_string(need), static_cast<double>(need)};
}

std::string remarks(const CellComparison& row) {
  std::string text = row.reason;
  for (const auto& hole : row.holes) text += (text.empty() ? "" : "; ") + hole;
  return text;
}

TableRow comparison_row(const Study& study, const CellComparison& row) {
  const bool known = row.mean.has_value();
  TableCell mean("-", Tone::kMuted);
  if (known) mean = TableCell(signed_text(*row.mean, half_width(row.interval)), *row.mean);
  const std::size_t floor = lacking_for_floor(row);
  return {study.cell_field(row.cell),
          TableCell(verdict_name(row.verdict), tone_of(row.verdict)),
          study.count_field(row.pairs.size(), std::max(row.planned, row.pairs.size())),
          mean,
          interval_field(row.interval),
          interval_field(row.bootstrap),
          p_field(row.p, known),
          p_field(row.holm_p, known),
          p_field(row.smallest_p, known),
          share_field(row.superiority),
          share_field(row.effect_size),
          TableCell(std::to_string(floor), static_cast<double>(floor)),
          effect_field(row),
          TableCell(remarks(row), row.holes.empty() ? Tone::kMuted : Tone::kHole)};
}

bool all_exact(const Comparison& comparison) {
  return std::all_of(comparison.rows.begin(), comparison.rows.end(),
                     [](const CellComparison& row) { return row.exact; });
}

Table comparison_table(const Study& study) {
  Table table;
  table.id = "comparison-table";
  table.caption = fmt::format("{}: each cell less its baseline, paired by {} ({})",
                              metric_title(study.comparison.metric), study.noun,
                              goal_text(study.comparison.metric));
  table.columns = comparison_columns(study);
  for (const auto& row : study.comparison.rows) table.rows.push_back(comparison_row(study, row));
  table.notes.push_back(fmt::format(
      "Family: {}. p: {} two-sided sign-flip test; Holm p is adjusted over the whole family, cells "
      "without a value included. P(X > Y): the chance that a run of the cell exceeds a run of the "
      "baseline, ties counted half. d_z: mean difference over its standard deviation. Bootstrap: "
      "percentile, {} samples, seed {}.",
      count_text(study.comparison.family, "comparison"),
      all_exact(study.comparison) ? "exact" : "exact up to 20 pairs, above that Monte Carlo",
      study.bootstrap.samples(), study.bootstrap.seed()));
  table.notes.push_back(fmt::format(
      "More {}s: those without which even the smallest p is too large for this family (the p "
      "floor), "
      "and an estimate for the effect as observed (paired t test at {:g} / {}, power "
      "{:g}%), which is rough where the effect itself is.",
      study.noun, study.options.alpha, study.comparison.family, 100 * study.options.power));
  return table;
}

// The rows that a forest shows: all, or of many those nearest to a decision.
std::vector<const CellComparison*> forest_rows(const Study& study, const std::size_t* context) {
  std::vector<const CellComparison*> rows;
  for (const auto& row : study.comparison.rows) {
    const bool here = context == nullptr || study.arms.cells[row.cell].context_index == *context;
    if (row.mean && here) rows.push_back(&row);
  }
  if (rows.size() <= kMostForestRows) return rows;
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    if (a->p != b->p) return a->p < b->p;
    return std::abs(*a->mean) > std::abs(*b->mean);
  });
  rows.resize(kMostForestRows);
  std::sort(rows.begin(), rows.end());
  return rows;
}

Figure forest_of(const Study& study, const std::string& id, const std::size_t* context) {
  std::vector<ForestRow> rows;
  for (const CellComparison* row : forest_rows(study, context)) {
    const auto& cell = study.arms.cells[row->cell];
    const Interval interval = row->interval.value_or(Interval{*row->mean, *row->mean});
    rows.push_back({context == nullptr ? cell.label : cell.arm, *row->mean, interval.low,
                    interval.high, cell.colour});
  }
  if (rows.empty()) return {};
  const std::string metric = metric_title(study.comparison.metric);
  Figure figure = forest_figure(id, "difference from the baseline: " + metric, rows);
  figure.caption = fmt::format(
      "Difference from the baseline in {}{}: mean over {}s and {} t interval. The line at zero is "
      "the baseline ({}). Intervals are not adjusted for the family; verdicts are.{}",
      metric, context == nullptr ? "" : ", " + study.arms.contexts[*context], study.noun,
      study.percent, goal_text(study.comparison.metric),
      rows.size() == kMostForestRows
          ? fmt::format(
                " At most {} cells are drawn, those with the smallest p; the table has all.",
                kMostForestRows)
          : std::string());
  figure.description = "Forest plot: " + figure.caption;
  return figure;
}

// One figure, or one a context where there are many rows.
std::vector<Figure> forests(const Study& study) {
  std::vector<Figure> figures;
  const std::size_t contexts = study.arms.contexts.size();
  const bool split = study.comparison.rows.size() > kForestRows && contexts > 1;
  if (!split) figures.push_back(forest_of(study, "forest1", nullptr));
  for (std::size_t i = 0; split && i < std::min(contexts, kMostForests); ++i) {
    figures.push_back(forest_of(study, fmt::format("forest{}", i + 1), &i));
  }
  std::erase_if(figures, [](const Figure& figure) { return figure.script.empty(); });
  return figures;
}

// Values with one digit more than their mean has.
std::string listed_values(const CellValues& values, double uncertainty) {
  std::string text;
  for (const auto& measured : values.values) {
    if (!text.empty()) text += "; ";
    if (!measured.replicate.empty()) text += shortened(measured.replicate, 20) + ": ";
    text += rounded_text(measured.value, uncertainty);
  }
  return text;
}

Table cells_table(Study& study, bool with_values) {
  Table table;
  table.id = "cells-table";
  table.caption = metric_title(study.results.primary) + " of every cell (" +
                  goal_text(study.results.primary) + ")";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, study.unit},
                   {"sd", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit},
                   {study.percent + " bootstrap", Align::kRight, study.unit},
                   {"median", Align::kRight, study.unit},
                   {"IQM", Align::kRight, study.unit},
                   {"min", Align::kRight, study.unit},
                   {"max", Align::kRight, study.unit}};
  if (with_values) table.columns.push_back({"values by " + study.noun, Align::kLeft, study.unit});
  table.columns.push_back({"holes", Align::kLeft, ""});
  table.sortable = true;
  for (std::size_t i = 0; i < study.values.size(); ++i) {
    const CellValues& values = study.values[i];
    TableRow row{study.cell_field(i), study.count_field(values.values.size(), values.planned())};
    if (values.values.empty()) {
      row.resize(table.columns.size() - 1, TableCell("-", Tone::kMuted));
    } else {
      const auto numbers = values.numbers();
      const Summary s = summarize(numbers);
      const auto interval = t_interval(numbers, study.options.confidence);
      const double width = half_width(interval);
      row.insert(row.end(),
                 {number_field(s.mean, width), number_field(s.sd, s.sd.value_or(0)),
                  interval_field(interval),
                  interval_field(study.bootstrap.mean_interval(numbers, study.options.confidence)),
                  number_field(s.median, width), number_field(s.interquartile_mean, width),
                  number_field(s.minimum, width), number_field(s.maximum, width)});
      if (with_values) row.push_back(listed_values(values, width / 10));
    }
    const std::string holes = holes_text(study.results, values.holes);
    row.push_back(holes.empty() ? TableCell("") : TableCell(holes, Tone::kHole));
    table.rows.push_back(std::move(row));
  }
  table.notes = {
      "sd with n - 1; IQM: mean without the lowest and highest quarter; n counts done trials with "
      "a "
      "finite value, \"2 of 3\" marks a cell with holes, whose other numbers are of the values "
      "that "
      "exist. Below n = 20 the t interval is the one to read; the bootstrap's is too narrow "
      "there."};
  return table;
}

Table best_table(const Study& study, const std::vector<std::size_t>& best) {
  Table table;
  table.id = "best-cells";
  table.caption = "Best complete cells by mean " + metric_title(study.results.primary);
  table.columns = {{"rank", Align::kRight, ""},
                   {"cell", Align::kLeft, ""},
                   {"n", Align::kRight, ""},
                   {"mean", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit}};
  for (std::size_t rank = 0; rank < best.size() && rank < kBestCells; ++rank) {
    const auto numbers = study.values[best[rank]].numbers();
    const auto interval = t_interval(numbers, study.options.confidence);
    table.rows.push_back({std::to_string(rank + 1), study.cell_field(best[rank]),
                          study.count_field(numbers.size(), numbers.size()),
                          number_field(mean_of(numbers), half_width(interval)),
                          interval_field(interval)});
  }
  table.notes = {
      "A ranking, not a verdict: the best of many means is partly luck. Cells with holes are not "
      "ranked."};
  return table;
}

}  // namespace

Section comparison_section(const Study& study) {
  Section section{"comparison", "Against the baseline", {}};
  if (study.comparison.rows.empty()) {
    section.blocks.push_back(Paragraph{
        study.results.baseline.empty()
            ? "The sweep declares no baseline; a [baseline] table in the sweep file would."
            : "No cell has a baseline cell to be compared with.",
        Tone::kHole});
    return section;
  }
  for (auto& figure : forests(study)) section.blocks.push_back(std::move(figure));
  section.blocks.push_back(comparison_table(study));
  return section;
}

Section cells_section(Study& study) {
  Section section{"cells", "Cells", {}};
  const bool few =
      std::all_of(study.values.begin(), study.values.end(),
                  [](const CellValues& values) { return values.planned() <= kListedValues; });
  section.blocks.push_back(cells_table(study, few));
  const auto best = best_cells(study.results, study.results.primary);
  if (best.size() > 3) section.blocks.push_back(best_table(study, best));
  return section;
}

}  // namespace polysweep
