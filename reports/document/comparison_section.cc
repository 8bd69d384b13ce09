// The comparison with the baseline.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/analysis/number_text.h"
#include "reports/document/study.h"
#include "reports/figures/forest_plot.h"

namespace polysweep {
namespace {

constexpr std::size_t kForestRows = 24;
constexpr std::size_t kMostForestRows = 60;
constexpr std::size_t kMostForests = 12;

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::kBetter  ? Tone::kGood
         : verdict == Verdict::kWorse ? Tone::kBad
                                      : Tone::kMuted;
}

TableCell share_field(const std::optional<double>& share) {
  if (!share) return {"-", Tone::kMuted};
  return {fmt::format("{:.2f}", *share), *share};
}

TableCell p_field(double p, bool known) {
  return known ? TableCell(p_text(p), p) : TableCell("-", Tone::kMuted);
}

TableCell count_of(std::size_t count) {
  return {std::to_string(count), static_cast<double>(count)};
}

// Pairs lacking by the estimate from the observed effect; none where there is
// no estimate.
std::optional<std::size_t> lacking_for_effect(const CellComparison& row) {
  if (!row.effect_size || !row.pairs_for_effect) return std::nullopt;
  return std::max(*row.pairs_for_effect, row.pairs.size()) - row.pairs.size();
}

TableCell effect_field(const CellComparison& row) {
  if (!row.effect_size || row.verdict != Verdict::kInconclusive) return {"-", Tone::kMuted};
  const auto lacking = lacking_for_effect(row);
  return lacking ? count_of(*lacking) : TableCell(fmt::format("> {}", kMostPairs));
}

// How many more pairs would decide: the larger of both needs.
TableCell lacking_field(const CellComparison& row) {
  if (row.verdict != Verdict::kInconclusive) return {"0", 0};
  const std::size_t floor = lacking_for_floor(row);
  if (!row.effect_size)
    return floor > 0 ? TableCell(fmt::format("{} or more", floor), static_cast<double>(floor))
                     : TableCell("-", Tone::kMuted);
  const auto effect = lacking_for_effect(row);
  if (!effect) return {fmt::format("> {}", kMostPairs)};
  return count_of(std::max({std::size_t{1}, floor, *effect}));
}

// The mean over the pairs of one of their sides, to the digits that its own
// spread supports.
TableCell side_field(const CellComparison& row, double Pair::*side, double confidence) {
  if (row.pairs.empty()) return {"-", Tone::kMuted};
  std::vector<double> values;
  for (const auto& pair : row.pairs) values.push_back(pair.*side);
  return number_field(mean_of(values), half_width(t_interval(values, confidence)));
}

TableCell mean_field(const CellComparison& row) {
  if (!row.mean) return {"-", Tone::kMuted};
  return {signed_text(*row.mean, half_width(row.interval)), *row.mean};
}

bool all_exact(const Comparison& comparison) {
  return std::all_of(comparison.rows.begin(), comparison.rows.end(),
                     [](const CellComparison& row) { return row.exact; });
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
                    interval.high, cell.style, row->verdict != Verdict::kInconclusive});
  }
  if (rows.empty()) return {};
  const std::string metric = metric_title(study.comparison.metric);
  const std::string goal = goal_text(study.comparison.metric);
  Figure figure = forest_figure(
      id, {"difference from the baseline: " + metric + ", " + goal, "baseline", study.unit}, rows);
  figure.caption = fmt::format(
      "Difference from the baseline in {}{}: mean over {}s and {} t interval; thick where the "
      "verdict is better or worse. Intervals are not adjusted for the family; verdicts are.{}",
      metric, context == nullptr ? "" : ", " + study.arms.contexts[*context], study.noun,
      study.percent,
      rows.size() == kMostForestRows
          ? fmt::format(
                " At most {} cells are drawn, those with the smallest p; the table has all.",
                kMostForestRows)
          : std::string());
  figure.description = "Forest plot. " + figure.caption;
  return figure;
}

Table details_table(const Study& study) {
  Table table;
  table.id = "comparison-details";
  table.caption =
      "More on each comparison: bootstrap, effect size, smallest p, what is lacking, remarks";
  table.columns = {{"cell", Align::kLeft, ""},
                   {study.percent + " bootstrap", Align::kRight, study.unit},
                   {"baseline mean", Align::kRight, study.unit},
                   {"d_z", Align::kRight, ""},
                   {"smallest p", Align::kRight, ""},
                   {"more " + study.noun + "s for the p floor", Align::kRight, ""},
                   {"more " + study.noun + "s for this effect", Align::kRight, ""},
                   {"remarks", Align::kLeft, ""}};
  for (const auto& row : study.comparison.rows) {
    std::string remarks = row.reason;
    for (const auto& hole : row.holes) remarks += (remarks.empty() ? "" : "; ") + hole;
    table.rows.push_back(
        {study.cell_field(row.cell), interval_field(row.bootstrap),
         side_field(row, &Pair::baseline, study.options.confidence), share_field(row.effect_size),
         p_field(row.smallest_p, row.mean.has_value()), count_of(lacking_for_floor(row)),
         effect_field(row), TableCell(remarks, row.holes.empty() ? Tone::kMuted : Tone::kHole)});
  }
  table.notes = {
      fmt::format("Bootstrap: percentile, {} samples, seed {}. d_z: mean difference over its "
                  "standard deviation. Smallest p: what so many pairs can reach at best.",
                  study.bootstrap.samples(), study.bootstrap.seed()),
      fmt::format("The p floor: without so many more {}s even the smallest p is too large for this "
                  "family. This effect: an estimate from the effect as observed (paired t test at "
                  "{:g} / {}, power {:g}%), as rough as the effect itself.",
                  study.noun, study.options.alpha, study.comparison.family,
                  100 * study.options.power)};
  return table;
}

}  // namespace

Table comparison_table(const Study& study) {
  Table table;
  table.id = "comparison-table";
  table.caption = fmt::format("{}: each cell less its baseline, paired by {} ({})",
                              metric_title(study.comparison.metric), study.noun,
                              goal_text(study.comparison.metric));
  table.columns = {{"cell", Align::kLeft, ""},
                   {"verdict", Align::kLeft, ""},
                   {"pairs", Align::kRight, ""},
                   {"mean", Align::kRight, study.unit},
                   {"difference", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit},
                   {"p", Align::kRight, ""},
                   {"Holm p", Align::kRight, ""},
                   {"P(X > Y)", Align::kRight, ""},
                   {"more " + study.noun + "s", Align::kRight, ""}};
  for (const auto& row : study.comparison.rows) {
    const bool known = row.mean.has_value();
    table.rows.push_back(
        {study.cell_field(row.cell), TableCell(verdict_name(row.verdict), tone_of(row.verdict)),
         study.count_field(row.pairs.size(), std::max(row.planned, row.pairs.size())),
         side_field(row, &Pair::value, study.options.confidence), mean_field(row),
         interval_field(row.interval), p_field(row.p, known), p_field(row.holm_p, known),
         share_field(row.superiority), lacking_field(row)});
  }
  table.notes = {fmt::format(
      "Means are over the pairs. p: {} two-sided sign-flip test; Holm p is adjusted over the whole "
      "family of {}, cells without a value included. P(X > Y): the chance that a run of the cell "
      "exceeds a run of the baseline, ties "
      "counted half. More {}s: an estimate of what would decide.",
      all_exact(study.comparison) ? "exact" : "exact up to 20 pairs, above that Monte Carlo",
      study.comparison.family, study.noun)};
  return table;
}

// One figure, or one a context where there are many rows.
std::vector<Figure> comparison_figures(const Study& study) {
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
  for (auto& figure : comparison_figures(study)) section.blocks.push_back(std::move(figure));
  section.blocks.push_back(comparison_table(study));
  section.blocks.push_back(FoldedTable{details_table(study)});
  return section;
}

}  // namespace polysweep
