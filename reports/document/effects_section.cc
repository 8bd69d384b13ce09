// What factors do: main effects and interactions.
#include <fmt/format.h>

#include "reports/analysis/factor_effects.h"
#include "reports/analysis/titles.h"
#include "reports/document/fields.h"
#include "reports/document/sections.h"
#include "reports/text/list_text.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kShownCells = 20;
constexpr std::size_t kMostInteractions = 2000;  // rows of their table

Table effects_table(const SweepAnalysis& analysis, const std::string& id,
                    const std::string& caption, const std::vector<Effect>& effects) {
  Table table;
  table.id = id;
  table.caption = caption;
  table.columns = {{"factor", Align::kLeft, ""},
                   {"level", Align::kLeft, ""},
                   {"effect", Align::kRight, analysis.unit},
                   {analysis.percent + " t interval", Align::kRight, analysis.unit}};
  for (const auto& effect : effects) {
    table.rows.push_back({effect.factor, effect.level,
                          signed_field(effect.effect, half_width(effect.interval)),
                          interval_field(effect.interval)});
  }
  std::vector<double> values;
  std::vector<double> halves;
  for (const auto& effect : effects) {
    values.push_back(effect.effect);
    halves.push_back(half_width(effect.interval));
  }
  set_signed_digits(table, 2, column_digits(values, halves));
  set_digits(table, 3, column_digits(values, halves));
  return table;
}

// "Least squares over 71 of 72 values: 24 of 24 combinations, 3 seeds."
std::string basis_text(const SweepAnalysis& analysis, const Effects& effects) {
  return fmt::format("Least squares over {} of {} values: {} of {:.0f} combinations, {}.",
                     effects.values, effects.planned, effects.cells, effects.combinations,
                     count_text(effects.replicates, analysis.noun));
}

std::string left_out_text(const Effects& effects) {
  return "Cells that do not count: " + list_text_of_at_most(effects.left_out, kShownCells, "; ") +
         ".";
}

}  // namespace

Section effects_section(const SweepAnalysis& analysis) {
  Section section{"effects", "Main effects and interactions", {}};
  if (analysis.results.factors.size() < 2 || analysis.results.cells.size() < 2) return section;
  const Effects effects =
      effects_of(analysis.results, analysis.labels, analysis.primary_values(), analysis.confidence);
  if (!effects.reason.empty()) {
    section.blocks.push_back(
        Paragraph{"Main effects are not shown: " + effects.reason + ".", Tone::kMuted});
  } else {
    section.blocks.push_back(
        Paragraph{basis_text(analysis, effects),
                  effects.values < effects.planned ? Tone::kMissing : Tone::kPlain});
    section.blocks.push_back(Paragraph{
        fmt::format(
            "A main effect is that of a level minus the mean over the factor's levels; an "
            "interaction is what main effects do not add up to. Intervals are over {}s, without a "
            "verdict and not adjusted for their number. One may exclude 0 where \"Against the "
            "baseline\" says not decided: a main effect averages over more runs than one cell has, "
            "and verdicts are adjusted over the family.",
            analysis.noun),
        Tone::kMuted});
  }
  if (!effects.left_out.empty()) {
    section.blocks.push_back(Paragraph{left_out_text(effects), Tone::kMissing});
  }
  if (!effects.main.empty()) {
    section.blocks.push_back(
        effects_table(analysis, "main-effects",
                      "Main effects on " + metric_title(analysis.results.primary), effects.main));
  }
  if (effects.interactions.size() > kMostInteractions) {
    section.blocks.push_back(
        Paragraph{fmt::format("The interactions are not shown: they are {}, more than {}.",
                              count_text(effects.interactions.size(), "row"), kMostInteractions),
                  Tone::kMuted});
  } else if (!effects.interactions.empty()) {
    section.blocks.push_back(FoldedTable{effects_table(
        analysis, "interactions", "Interactions of two factors", effects.interactions)});
  }
  return section;
}

}  // namespace polysweep
