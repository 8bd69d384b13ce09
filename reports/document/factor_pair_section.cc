// The primary metric over two factors at a time.
#include <fmt/format.h>

#include "reports/analysis/factor_pair.h"
#include "reports/analysis/titles.h"
#include "reports/document/sections.h"
#include "reports/figures/heat_plot.h"
#include "reports/text/number_text.h"

namespace polysweep {
namespace {

constexpr std::size_t kMostMaps = 12;
constexpr std::size_t kMostFields = 600;  // of one map: more texts cannot be read

ColumnDigits digits_of(const FactorPairMap& map) {
  std::vector<double> means;
  std::vector<double> spreads;
  for (const auto& field : map.fields) {
    if (!field.mean) continue;
    means.push_back(*field.mean);
    spreads.push_back(field.spread);
  }
  return column_digits(means, spreads);
}

HeatMap::Field drawn_field(const FactorPairMap::Field& field, const ColumnDigits& digits) {
  HeatMap::Field drawn;
  drawn.baseline = field.baseline;
  if (!field.planned || !field.mean) {
    drawn.text = field.planned ? "no value" : "not planned";
    return drawn;
  }
  drawn.known = true;
  drawn.value = *field.mean;
  drawn.text = column_text(*field.mean, digits);
  if (field.values < field.trials) {
    drawn.text += fmt::format(" (n {} of {})", field.values, field.trials);
  }
  return drawn;
}

Figure map_figure(const SweepAnalysis& analysis, const std::string& id, const FactorPairMap& map) {
  HeatMap drawn{map.x, map.y, map.columns, map.rows, {}, map.low, map.high};
  const ColumnDigits digits = digits_of(map);
  for (const auto& field : map.fields) drawn.fields.push_back(drawn_field(field, digits));
  Figure figure = heat_figure(id, drawn);
  figure.caption = fmt::format("{}{}{} over {} and {}", map.title, map.title.empty() ? "" : ": ",
                               metric_title(analysis.results.primary), map.x, map.y);
  figure.description = "Heat map. " + figure.caption;
  return figure;
}

}  // namespace

Section factor_pair_section(const SweepAnalysis& analysis) {
  Section section{"heat-maps", "Over two factors", {}};
  const auto maps = factor_pair_maps(analysis.results, analysis.labels, analysis.primary_values());
  if (maps.empty()) return section;
  section.blocks.push_back(Paragraph{
      fmt::format("Mean {} over done {}s, {}. Yellow is high and blue is low, on one scale for "
                  "each pair of factors; a diamond marks a baseline cell; fields that are not "
                  "filled have no value.",
                  metric_title(analysis.results.primary), analysis.noun,
                  goal_text(analysis.results.primary)),
      Tone::kMuted});
  std::size_t drawn = 0;
  for (const auto& map : maps) {
    if (drawn == kMostMaps || map.fields.size() > kMostFields) continue;
    ++drawn;
    section.blocks.push_back(map_figure(analysis, fmt::format("heat{}", drawn), map));
  }
  if (drawn < maps.size()) {
    section.blocks.push_back(
        Paragraph{fmt::format("{} of {} are not drawn: at most {} are, of at most {} cells each. "
                              "Their numbers are in the table of cells.",
                              maps.size() - drawn, count_text(maps.size(), "heat map"), kMostMaps,
                              kMostFields),
                  Tone::kMuted});
  }
  return section;
}

}  // namespace polysweep
