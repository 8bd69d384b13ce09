// Main effects, interactions, one factor off, heat maps.
#include <fmt/format.h>

#include "reports/ablation.h"
#include "reports/heat_map.h"
#include "reports/number_text.h"
#include "reports/study.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostMaps = 12;

Table effects_table(const Study& study, const std::string& id, const std::string& caption,
                    const std::vector<Effect>& effects) {
  Table table;
  table.id = id;
  table.caption = caption;
  table.columns = {{"factor", Align::kLeft, ""},
                   {"level", Align::kLeft, ""},
                   {"effect", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit}};
  for (const auto& effect : effects) {
    table.rows.push_back(
        {effect.factor, effect.level,
         TableCell(signed_text(effect.effect, half_width(effect.interval)), effect.effect),
         interval_field(effect.interval)});
  }
  return table;
}

Table one_off_table(const Study& study, std::size_t reference) {
  Table table;
  table.id = "one-factor-off";
  table.caption =
      "One factor off from the best complete cell: " + study.arms.cells[reference].label;
  table.columns = {{"cell", Align::kLeft, ""},
                   {"change", Align::kLeft, ""},
                   {"pairs", Align::kRight, ""},
                   {"mean difference", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit}};
  for (const auto& row : one_factor_off(study.results, reference, study.results.primary.name,
                                        study.options.confidence)) {
    TableCell difference("-", Tone::kMuted);
    if (row.difference) {
      difference =
          TableCell(signed_text(*row.difference, half_width(row.interval)), *row.difference);
    }
    table.rows.push_back({study.cell_field(row.cell), row.change,
                          study.count_field(row.pairs, row.planned), difference,
                          interval_field(row.interval)});
  }
  table.notes = {
      "Exploratory: the reference was chosen because it came out best, so most "
      "differences lean against the others."};
  return table;
}

std::string left_out_text(const Effects& effects) {
  std::string text = "Left out, because an effect must not come from a hole: ";
  for (std::size_t i = 0; i < effects.left_out.size(); ++i) {
    text += (i == 0 ? "" : "; ") + effects.left_out[i];
  }
  return text + ".";
}

}  // namespace

Section effects_section(const Study& study) {
  Section section{"effects", "Factors", {}};
  if (study.results.factors.size() < 2 || study.results.cells.size() < 2) return section;
  const std::string& metric = study.results.primary.name;
  const Effects effects = effects_of(study.results, study.arms, metric, study.options.confidence);
  if (!effects.reason.empty()) {
    section.blocks.push_back(
        Paragraph{"Main effects are not shown: " + effects.reason + ".", Tone::kMuted});
    if (!effects.left_out.empty()) {
      section.blocks.push_back(Paragraph{left_out_text(effects), Tone::kHole});
    }
  } else {
    section.blocks.push_back(Paragraph{
        fmt::format("Full factorial over {}. A main effect is the mean over all cells of a level "
                    "less the mean over all cells; an interaction is what main effects do not add "
                    "up to. Intervals are over {}s, without a verdict.",
                    count_text(effects.replicates, "complete " + study.noun), study.noun),
        Tone::kPlain});
    if (!effects.left_out.empty()) {
      section.blocks.push_back(Paragraph{left_out_text(effects), Tone::kHole});
    }
    section.blocks.push_back(effects_table(study, "main-effects",
                                           "Main effects on " + metric_title(study.results.primary),
                                           effects.main));
    if (!effects.interactions.empty()) {
      section.blocks.push_back(FoldedTable{effects_table(
          study, "interactions", "Interactions of two factors", effects.interactions)});
    }
  }
  const auto best = best_cells(study.results, study.results.primary);
  if (!best.empty()) {
    Table table = one_off_table(study, best.front());
    if (!table.rows.empty()) section.blocks.push_back(std::move(table));
  }
  return section;
}

Section heat_map_section(const Study& study) {
  Section section{"heat-maps", "Heat maps", {}};
  const auto maps = heat_maps(study.results, study.results.primary.name);
  for (std::size_t i = 0; i < maps.size() && i < kMostMaps; ++i) {
    Figure figure = heat_map_figure(fmt::format("heat{}", i + 1), maps[i].map);
    figure.caption = fmt::format(
        "{}{}{} over {} and {}: mean over done {}s ({}). Lighter is higher; fields that are not "
        "filled have no value.",
        maps[i].title, maps[i].title.empty() ? "" : ": ", metric_title(study.results.primary),
        maps[i].map.x, maps[i].map.y, study.noun, goal_text(study.results.primary));
    figure.description = "Heat map. " + figure.caption;
    section.blocks.push_back(std::move(figure));
  }
  if (maps.size() > kMostMaps) {
    section.blocks.push_back(
        Paragraph{fmt::format("{} more heat maps are not drawn; their numbers are in the table of "
                              "cells.",
                              maps.size() - kMostMaps),
                  Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
