// One factor changed at a time from a reference cell.
#include <fmt/format.h>

#include <algorithm>

#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/figures/forest_plot.h"
#include "reports/figures/panel_layout.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostRows = 24;

}  // namespace

Table one_factor_table(const SweepAnalysis& analysis, const Ablation& ablation) {
  Table table;
  table.id = "one-factor";
  table.caption = "One factor changed from " + analysis.labels.cells[ablation.reference].label +
                  ", paired by " + analysis.noun;
  table.columns = {{"cell", Align::kLeft, ""},
                   {"change", Align::kLeft, ""},
                   {"pairs", Align::kRight, ""},
                   {"difference", Align::kRight, analysis.unit},
                   {analysis.percent + " t interval", Align::kRight, analysis.unit}};
  for (const auto& row : ablation.rows) {
    table.rows.push_back(
        {cell_field(analysis, row.cell), row.change, count_field(row.pairs, row.planned),
         signed_field(row.difference, half_width(row.interval)), interval_field(row.interval)});
  }
  std::vector<double> differences;
  std::vector<double> halves;
  for (const auto& row : ablation.rows) {
    if (!row.difference) continue;
    differences.push_back(*row.difference);
    halves.push_back(half_width(row.interval));
  }
  set_signed_digits(table, 3, column_digits(differences, halves));
  set_digits(table, 4, column_digits(differences, halves));
  if (!ablation.chosen) {
    table.notes = {
        "Exploratory, without a verdict: the reference is the best complete cell, chosen because "
        "it had the best mean, so the differences are biased against the others."};
  }
  return table;
}

std::optional<Figure> one_factor_figure(const SweepAnalysis& analysis, const Ablation& ablation) {
  std::vector<ForestRow> rows;
  for (const auto& row : ablation.rows) {
    if (rows.size() == kMostRows) break;
    if (!row.difference) continue;
    const Interval interval = row.interval.value_or(Interval{*row.difference, *row.difference});
    rows.push_back({row.change, *row.difference, interval.low, interval.high,
                    analysis.labels.cells[row.cell].style, false});
  }
  if (rows.empty()) return std::nullopt;
  const std::string metric = metric_title(analysis.results.primary);
  std::vector<std::string> names;
  for (const ForestRow& row : rows) names.push_back(row.label);
  Figure figure =
      forest_figure("one-factor-figure",
                    {"difference in " + metric + ", " + goal_text(analysis.results.primary),
                     "reference", analysis.unit, width_beside(names)},
                    rows);
  figure.caption = fmt::format(
      "One factor changed from the reference {}: mean difference in {} over {}s and {} t "
      "interval.{}",
      analysis.labels.cells[ablation.reference].label, metric, analysis.noun, analysis.percent,
      rows.size() == kMostRows ? fmt::format(" The first {} changes are drawn.", kMostRows)
                               : std::string());
  figure.description = "Forest plot. " + figure.caption;
  return figure;
}

Section one_factor_section(const SweepAnalysis& analysis) {
  Section section{"one-factor-section", "One factor at a time", {}};
  if (analysis.results.cells.size() < 2) return section;
  auto ablation = analysis.ablation();
  if (!ablation) return section;
  // A drawn factor has no level to change to; the section on the search shows its effect.
  std::erase_if(ablation->rows, [&](const OneFactorChange& row) {
    return std::any_of(
        analysis.results.factors.begin(), analysis.results.factors.end(),
        [&](const FactorInfo& factor) { return factor.name == row.factor && is_sampled(factor); });
  });
  if (ablation->rows.empty()) return section;
  if (auto figure = one_factor_figure(analysis, *ablation))
    section.blocks.push_back(std::move(*figure));
  section.blocks.push_back(one_factor_table(analysis, *ablation));
  return section;
}

}  // namespace polysweep
