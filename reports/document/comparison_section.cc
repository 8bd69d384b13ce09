// The comparison with the baseline.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "reports/analysis/family_part.h"
#include "reports/analysis/sign_flip.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/document/verdict_words.h"
#include "reports/figures/forest_plot.h"
#include "reports/figures/panel_layout.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kAnswerRows = 16;  // of the forest plot in the opening
constexpr int kAnswerWidth = 620;
constexpr std::size_t kMostForestRows = 24;
constexpr std::size_t kMostForests = 6;   // of more contexts one figure has all rows
constexpr std::size_t kRowsOfForest = 4;  // of a context, for a figure of its own
constexpr std::size_t kMostReasons = 4;
constexpr std::size_t kNamedPerReason = 4;

Tone tone_of(Verdict verdict) {
  return verdict == Verdict::kBetter       ? Tone::kGood
         : verdict == Verdict::kWorse      ? Tone::kBad
         : verdict == Verdict::kEquivalent ? Tone::kPlain
                                           : Tone::kMuted;
}

TableCell share_field(const std::optional<double>& share) {
  if (!share) return {"-", Tone::kMuted};
  return {fmt::format("{:.2f}", *share), *share};
}

TableCell p_field(double p, bool known) {
  return known ? TableCell(p_text(p), p) : TableCell("-", Tone::kMuted);
}

TableCell detectable_field(const CellComparison& row) {
  return row.detectable ? number_field(*row.detectable, *row.detectable / 2)
                        : TableCell("-", Tone::kMuted);
}

// The mean over the pairs of one of their sides, to the digits that its own
// spread supports.
TableCell side_field(const CellComparison& row, double Pair::*side, double confidence) {
  if (row.pairs.empty()) return {"-", Tone::kMuted};
  std::vector<double> values;
  for (const auto& pair : row.pairs) values.push_back(pair.*side);
  return number_field(mean_of(values), half_width(t_interval(values, confidence)));
}

std::string test_text(const Comparison& comparison) {
  return comparison.all_exact ? ""
                              : fmt::format(" (above {} pairs Monte Carlo)", kLargestExactSignFlip);
}

bool is_drawn(const SweepAnalysis& analysis, const CellComparison& row,
              const std::size_t* context) {
  return row.mean &&
         (context == nullptr || analysis.labels.cells[row.cell].context_index == *context);
}

// The rows that a forest plot shows: all, or of many those nearest to a decision.
std::vector<const CellComparison*> forest_rows(const SweepAnalysis& analysis,
                                               const std::size_t* context, std::size_t most) {
  std::vector<const CellComparison*> rows;
  for (const auto& row : analysis.comparison().rows) {
    if (is_drawn(analysis, row, context)) rows.push_back(&row);
  }
  if (rows.size() <= most) return rows;
  std::stable_sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) {
    if (a->p != b->p) return a->p < b->p;
    return std::abs(*a->mean) > std::abs(*b->mean);
  });
  rows.resize(most);
  std::sort(rows.begin(), rows.end());
  return rows;
}

struct ForestChoice {
  std::string id;
  const std::size_t* context = nullptr;  // nullptr: all
  std::size_t most = kMostForestRows;
  int width = 0;  // 0: by the names beside the rows
};

// The name that all drawn cells share, where their contexts differ: then these are their
// labels. "" where there is none.
std::string shared_name(const SweepAnalysis& analysis,
                        const std::vector<const CellComparison*>& rows) {
  const auto& cells = analysis.labels.cells;
  if (rows.size() < 2) return "";
  std::set<std::size_t> contexts;
  for (const CellComparison* row : rows) {
    if (cells[row->cell].name != cells[rows[0]->cell].name) return "";
    if (!contexts.insert(cells[row->cell].context_index).second) return "";
  }
  return cells[rows[0]->cell].name;
}

Figure forest_of(const SweepAnalysis& analysis, const ForestChoice& choice) {
  const std::size_t* context = choice.context;
  std::vector<ForestRow> rows;
  const std::vector<const CellComparison*> drawn = forest_rows(analysis, context, choice.most);
  for (const CellComparison* row : drawn) {
    const auto& cell = analysis.labels.cells[row->cell];
    const Interval interval = row->interval.value_or(Interval{*row->mean, *row->mean});
    rows.push_back({context == nullptr ? cell.label : cell.name, *row->mean, interval.low,
                    interval.high, cell.style, row->verdict != Verdict::kNotDecided});
  }
  if (rows.empty()) return {};
  const std::string name = context == nullptr ? shared_name(analysis, drawn) : "";
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!name.empty()) rows[i].label = analysis.labels.context(drawn[i]->cell);
    names.push_back(rows[i].label);
  }
  const std::string metric = metric_title(analysis.comparison().metric);
  const std::string goal = goal_text(analysis.comparison().metric);
  const auto& compared = analysis.comparison().rows;
  const auto all = static_cast<std::size_t>(
      std::count_if(compared.begin(), compared.end(),
                    [&](const CellComparison& row) { return is_drawn(analysis, row, context); }));
  Figure figure = forest_figure(choice.id,
                                {"difference in " + metric + ", " + goal, "baseline", analysis.unit,
                                 choice.width > 0 ? choice.width : width_beside(names)},
                                rows);
  figure.caption = fmt::format(
      "Difference{} from the baseline in {}{}: mean over {}s and {} t interval; thick where the "
      "verdict is decided. Intervals are not adjusted for the family; verdicts are.{}",
      name.empty() ? "" : " of " + name, metric,
      context == nullptr ? "" : ", " + analysis.labels.contexts[*context], analysis.noun,
      analysis.percent,
      rows.size() < all ? fmt::format(" Of {} comparisons {} are drawn, those with the smallest p.",
                                      all, rows.size())
                        : std::string());
  figure.description = "Forest plot. " + figure.caption;
  return figure;
}

Table details_table(const SweepAnalysis& analysis) {
  Table table;
  table.id = "comparison-details";
  table.caption = "More on each comparison: each test, bootstrap, effect size, in words, remarks";
  table.columns = {{"cell", Align::kLeft, ""},
                   {"in words", Align::kLeft, ""},
                   {analysis.percent + " bootstrap", Align::kRight, analysis.unit},
                   {"baseline mean", Align::kRight, analysis.unit},
                   {"d_z", Align::kRight, ""},
                   {"own t p", Align::kRight, ""},
                   {"Holm p", Align::kRight, ""},
                   {"smallest exact p", Align::kRight, ""},
                   {"remarks", Align::kLeft, ""}};
  for (const auto& row : analysis.comparison().rows) {
    const bool known = row.mean.has_value();
    std::string remarks;
    for (const auto& missing : row.missing) append_item(remarks, missing, "; ");
    table.rows.push_back({cell_field(analysis, row.cell), verdict_text(analysis, row),
                          interval_field(row.bootstrap),
                          side_field(row, &Pair::baseline, analysis.confidence),
                          share_field(row.effect_size), p_field(row.own_p, known),
                          p_field(row.holm_p, known), p_field(row.exact.smallest_p, known),
                          TableCell(remarks, row.missing.empty() ? Tone::kMuted : Tone::kMissing)});
  }
  const ColumnDigits digits = difference_digits(analysis.comparison().rows);
  for (const std::size_t column : {2, 3}) set_digits(table, column, digits);
  table.notes = {
      fmt::format("Bootstrap: percentile, {} samples, seed {}. d_z: mean difference over its "
                  "standard deviation. Own t p: the paired t test of the cell alone, not adjusted. "
                  "Holm p: the test of the rule, adjusted over the family of {}. Smallest exact p: "
                  "that the sign-flip test of so many pairs can give.",
                  analysis.options.bootstrap_samples, analysis.options.bootstrap_seed,
                  analysis.comparison().family)};
  return table;
}

std::string not_shown_text(const Comparison& comparison, std::size_t shown) {
  std::string text;
  for (const Verdict verdict :
       {Verdict::kNotDecided, Verdict::kBetter, Verdict::kWorse, Verdict::kEquivalent}) {
    const std::size_t count = comparison.count(verdict);
    if (count > 0) append_item(text, fmt::format("{} {}", count, verdict_name(verdict)));
  }
  return fmt::format(
      "{} of {} comparisons not shown; --all shows them. Those that are decided come first. All "
      "comparisons: {}.",
      comparison.family - shown, comparison.family, text);
}

// Why cells have no verdict, where that is not what their values are compatible with.
std::vector<std::string> untested_notes(const SweepAnalysis& analysis,
                                        const std::vector<const CellComparison*>& shown) {
  std::map<std::string, std::vector<std::string>> cells;  // by reason
  for (const CellComparison* row : shown) {
    if (row->verdict != Verdict::kNotDecided || row->compatible) continue;
    cells[row->reason].push_back(analysis.labels.cells[row->cell].label);
  }
  std::vector<std::string> notes;
  for (const auto& [reason, labels] : cells) {
    if (notes.size() == kMostReasons) break;
    notes.push_back(fmt::format("Not decided ({}): {}.",
                                list_text_of_at_most(labels, kNamedPerReason, "; "), reason));
  }
  return notes;
}

}  // namespace

Table comparison_table(const SweepAnalysis& analysis, std::size_t most) {
  Table table;
  table.id = "comparison-table";
  table.caption = fmt::format("{}: each cell minus its baseline, paired by {} ({})",
                              metric_title(analysis.comparison().metric), analysis.noun,
                              goal_text(analysis.comparison().metric));
  table.columns = {{"cell", Align::kLeft, ""},
                   {"verdict", Align::kLeft, ""},
                   {"pairs", Align::kRight, ""},
                   {"mean", Align::kRight, analysis.unit},
                   {"difference", Align::kRight, analysis.unit},
                   {analysis.percent + " t interval", Align::kRight, analysis.unit},
                   {"p", Align::kRight, ""},
                   {"compatible with", Align::kRight, analysis.unit},
                   {"exact p", Align::kRight, ""},
                   {"P(X > Y)", Align::kRight, ""},
                   {"detectable", Align::kRight, analysis.unit}};
  std::vector<const CellComparison*> shown;
  for (const std::size_t i : rows_to_show(analysis.comparison().rows, most)) {
    shown.push_back(&analysis.comparison().rows[i]);
  }
  for (const CellComparison* each : shown) {
    const CellComparison& row = *each;
    const bool known = row.mean.has_value();
    table.rows.push_back(
        {cell_field(analysis, row.cell), TableCell(verdict_name(row.verdict), tone_of(row.verdict)),
         count_field(row.pairs.size(), std::max(row.planned, row.pairs.size())),
         side_field(row, &Pair::value, analysis.confidence),
         signed_field(row.mean, half_width(row.interval)), interval_field(row.interval),
         p_field(row.p, known), interval_field(row.compatible), p_field(row.exact.holm_p, known),
         share_field(row.superiority), detectable_field(row)});
  }
  const auto& comparison = analysis.comparison();
  const ColumnDigits digits = difference_digits(shown);
  for (const std::size_t column : {3, 5, 7, 10}) set_digits(table, column, digits);
  set_signed_digits(table, 4, digits);
  table.notes = {
      fmt::format(
          "Means are over the pairs. Verdicts are decided by {}; p is what decides. "
          "Compatible with: where this rule does not decide, the differences that it does not "
          "reject. Exact p: two-sided sign-flip test{}, Holm over the family of {}, cells "
          "without a value included{}.",
          rule_text(comparison), test_text(comparison), comparison.family,
          comparison.pairs_for_exact
              ? fmt::format("; it needs {}", count_text(*comparison.pairs_for_exact, analysis.noun))
              : std::string()),
      fmt::format("P(X > Y): the probability that a run of the cell exceeds a run of the baseline, "
                  "ties counted half. Detectable: the smallest difference that so many {}s decide "
                  "with probability {:g}%, by the estimated spread.",
                  analysis.noun, 100 * comparison.options.power)};
  for (std::string& note : untested_notes(analysis, shown)) table.notes.push_back(std::move(note));
  for (std::string& note : guard_rails(analysis)) table.notes.push_back(std::move(note));
  if (shown.size() < comparison.family) {
    table.notes.push_back(not_shown_text(comparison, shown.size()));
  }
  return table;
}

// One figure; where there are many rows in a few contexts, one for each of these.
std::vector<Figure> comparison_figures(const SweepAnalysis& analysis) {
  std::vector<Figure> figures;
  const std::size_t contexts = analysis.labels.contexts.size();
  const std::size_t rows = analysis.comparison().rows.size();
  const bool split = rows > kMostForestRows && contexts > 1 && contexts <= kMostForests &&
                     rows >= kRowsOfForest * contexts;
  if (!split) figures.push_back(forest_of(analysis, {"forest1"}));
  for (std::size_t i = 0; split && i < contexts; ++i) {
    figures.push_back(forest_of(analysis, {fmt::format("forest{}", i + 1), &i}));
  }
  std::erase_if(figures, [](const Figure& figure) { return figure.script.empty(); });
  return figures;
}

std::optional<Figure> answer_figure(const SweepAnalysis& analysis) {
  Figure figure = forest_of(analysis, {"forest", nullptr, kAnswerRows, kAnswerWidth});
  if (figure.script.empty()) return std::nullopt;
  return figure;
}

Section comparison_section(const SweepAnalysis& analysis) {
  Section section{"comparison", "Against the baseline", {}};
  if (analysis.comparison().rows.empty()) {
    section.blocks.push_back(
        Paragraph{analysis.results.baseline.empty()
                      ? "The sweep declares no baseline: add a [baseline] table to the sweep file."
                      : "No cell has a baseline cell to be compared with.",
                  Tone::kMissing});
    return section;
  }
  // The opening has drawn them where they are few.
  if (analysis.comparison().rows.size() > kAnswerRows) {
    for (auto& figure : comparison_figures(analysis)) section.blocks.push_back(std::move(figure));
  }
  section.blocks.push_back(comparison_table(analysis));
  section.blocks.push_back(FoldedTable{details_table(analysis)});
  return section;
}

}  // namespace polysweep
