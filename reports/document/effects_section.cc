// What factors do: main effects, interactions, one factor off, over two of them,
// over orders.
#include <fmt/format.h>

#include "reports/analysis/ablation.h"
#include "reports/analysis/cell_choice.h"
#include "reports/analysis/escaping.h"
#include "reports/analysis/heat_map.h"
#include "reports/analysis/number_text.h"
#include "reports/analysis/order_curve.h"
#include "reports/document/study.h"
#include "reports/figures/forest_plot.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostMaps = 12;
constexpr std::size_t kMostPanels = 12;
constexpr std::size_t kMostLines = 24;
constexpr std::size_t kMostRows = 60;

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

std::string left_out_text(const Effects& effects) {
  std::string text = "Left out, because an effect must not come from a hole: ";
  for (std::size_t i = 0; i < effects.left_out.size(); ++i) {
    text += (i == 0 ? "" : "; ") + effects.left_out[i];
  }
  return text + ".";
}

std::optional<std::size_t> reference_of(const Study& study, bool& chosen) {
  chosen = !study.options.reference.empty();
  if (chosen) return find_cells(study.results, study.arms, study.options.reference).front();
  const auto best = best_cells(study.results, study.results.primary);
  return best.empty() ? std::nullopt : std::optional<std::size_t>(best.front());
}

}  // namespace

Table one_off_table(const Study& study, const Ablation& ablation) {
  Table table;
  table.id = "one-factor-off";
  table.caption = "One factor off from " + study.arms.cells[ablation.reference].label +
                  ", paired by " + study.noun;
  table.columns = {{"cell", Align::kLeft, ""},
                   {"change", Align::kLeft, ""},
                   {"pairs", Align::kRight, ""},
                   {"difference", Align::kRight, study.unit},
                   {study.percent + " t interval", Align::kRight, study.unit}};
  for (const auto& row : ablation.rows) {
    TableCell difference("-", Tone::kMuted);
    if (row.difference) {
      difference =
          TableCell(signed_text(*row.difference, half_width(row.interval)), *row.difference);
    }
    table.rows.push_back({study.cell_field(row.cell), row.change,
                          study.count_field(row.pairs, row.planned), difference,
                          interval_field(row.interval)});
  }
  if (!ablation.chosen) {
    table.notes = {
        "Exploratory, without a verdict: the reference is the best complete cell, chosen because "
        "it came out best, so most differences lean against the others."};
  }
  return table;
}

std::optional<Figure> one_off_figure(const Study& study, const Ablation& ablation) {
  std::vector<ForestRow> rows;
  for (const auto& row : ablation.rows) {
    if (rows.size() == kMostRows) break;
    if (!row.difference) continue;
    const Interval interval = row.interval.value_or(Interval{*row.difference, *row.difference});
    rows.push_back({row.change, *row.difference, interval.low, interval.high,
                    study.arms.cells[row.cell].style, false});
  }
  if (rows.empty()) return std::nullopt;
  const std::string metric = metric_title(study.results.primary);
  Figure figure = forest_figure(
      "ablation",
      {"difference from the reference: " + metric + ", " + goal_text(study.results.primary),
       "reference", study.unit},
      rows);
  figure.caption = fmt::format(
      "One factor changed from the reference {}: mean difference in {} over {}s and {} t "
      "interval.{}",
      study.arms.cells[ablation.reference].label, metric, study.noun, study.percent,
      rows.size() == kMostRows ? fmt::format(" The first {} changes are drawn.", kMostRows)
                               : std::string());
  figure.description = "Forest plot. " + figure.caption;
  return figure;
}

std::optional<Ablation> ablation_of(const Study& study) {
  Ablation ablation;
  const auto reference = reference_of(study, ablation.chosen);
  if (!reference) return std::nullopt;
  ablation.reference = *reference;
  ablation.rows = one_factor_off(study.results, *reference, study.results.primary.name,
                                 study.options.confidence);
  return ablation;
}

Section effects_section(const Study& study) {
  Section section{"effects", "Main effects and interactions", {}};
  if (study.results.factors.size() < 2 || study.results.cells.size() < 2) return section;
  const std::string& metric = study.results.primary.name;
  const Effects effects = effects_of(study.results, study.arms, metric, study.options.confidence);
  if (!effects.reason.empty()) {
    section.blocks.push_back(
        Paragraph{"Main effects are not shown: " + effects.reason + ".", Tone::kMuted});
  } else {
    section.blocks.push_back(Paragraph{
        fmt::format("Full factorial over {}. A main effect is the mean over all cells of a level "
                    "less the mean over all cells; an interaction is what main effects do not add "
                    "up to. Intervals are over {}s, without a verdict.",
                    count_text(effects.replicates, "complete " + study.noun), study.noun),
        Tone::kPlain});
  }
  if (!effects.left_out.empty()) {
    section.blocks.push_back(Paragraph{left_out_text(effects), Tone::kHole});
  }
  if (!effects.main.empty()) {
    section.blocks.push_back(effects_table(study, "main-effects",
                                           "Main effects on " + metric_title(study.results.primary),
                                           effects.main));
  }
  if (!effects.interactions.empty()) {
    section.blocks.push_back(FoldedTable{
        effects_table(study, "interactions", "Interactions of two factors", effects.interactions)});
  }
  return section;
}

Section ablation_section(const Study& study) {
  Section section{"ablation-section", "One factor off", {}};
  if (study.results.cells.size() < 2) return section;
  const auto ablation = ablation_of(study);
  if (!ablation || ablation->rows.empty()) return section;
  if (auto figure = one_off_figure(study, *ablation)) section.blocks.push_back(std::move(*figure));
  section.blocks.push_back(one_off_table(study, *ablation));
  return section;
}

Section heat_map_section(const Study& study) {
  Section section{"heat-maps", "Over two factors", {}};
  const auto maps = heat_maps(study.results, study.results.primary.name);
  if (maps.empty()) return section;
  section.blocks.push_back(Paragraph{
      fmt::format("Mean {} over done {}s, {}. Yellow is high and blue is low, on one scale for "
                  "each pair of factors; a diamond marks a baseline cell; fields that are not "
                  "filled have no value.",
                  metric_title(study.results.primary), study.noun,
                  goal_text(study.results.primary)),
      Tone::kMuted});
  for (std::size_t i = 0; i < maps.size() && i < kMostMaps; ++i) {
    Figure figure = heat_figure(fmt::format("heat{}", i + 1), maps[i].map);
    figure.caption =
        fmt::format("{}{}{} over {} and {}", maps[i].title, maps[i].title.empty() ? "" : ": ",
                    metric_title(study.results.primary), maps[i].map.x, maps[i].map.y);
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

Section order_section(const Study& study) {
  Section section{"orders", "Over orders and other scales", {}};
  const MetricInfo& metric = study.results.primary;
  const auto panels =
      order_panels(study.results, study.arms, metric.name, study.options.confidence);
  for (std::size_t i = 0; i < panels.size() && i < kMostPanels; ++i) {
    OrderPanel panel = panels[i];
    const bool all = panel.lines.size() <= kMostLines;
    if (!all) panel.lines.resize(kMostLines);
    BandAxes axes;
    axes.x = panel.x;
    axes.y = metric_title(metric);
    axes.y_unit = study.unit;
    axes.band = "ends of the " + study.percent + " t interval";
    axes.x_logarithmic = panel.logarithmic;
    axes.x_tics = panel.tics;
    axes.all_points = true;
    Figure figure = band_figure(fmt::format("order{}", i + 1), axes, panel.lines);
    figure.caption = fmt::format(
        "{}{}{} over {} ({}): mean over done {}s with {} t interval.{}{}{}", panel.context,
        panel.context.empty() ? "" : ": ", metric_title(metric), panel.x, goal_text(metric),
        study.noun, study.percent,
        panel.level_lines ? " A level line is an arm without " + shortened(panel.factor, 60) + "."
                          : std::string(),
        panel.holes > 0 ? " Lines that lack runs say so in the key." : "",
        all ? "" : fmt::format(" The first {} lines are drawn.", kMostLines));
    figure.description = "Curves. " + figure.caption;
    section.blocks.push_back(std::move(figure));
  }
  if (panels.size() > kMostPanels) {
    section.blocks.push_back(
        Paragraph{fmt::format("{} more such figures are not drawn.", panels.size() - kMostPanels),
                  Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
